#!/usr/bin/env python3
"""Checkpoints and receipts from docs/format.md alone, with nothing but Python's standard library.

    python3 -I -S stet_receipts.py FILE --vkey NAME+HASH+KEY [--entry FILE]

FILE is a checkpoint, a C2SP tlog-proof, a COSE receipt (with --entry: its statement or its entry) or
a transparent statement.  It prints one line and exits 0 (yes), 1 (no) or 3 (could not find out).
CBOR, Ed25519 and the tree are those of stet_reference.py, beside this file.  Licence: CC0-1.0.
"""
import base64
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import stet_reference as stet  # noqa: E402
from stet_reference import Refused, Unknown, require, sha256  # noqa: E402

TLOG = b"c2sp.org/tlog-proof@v1\n"
DASH = "\u2014 "


def base64_of(text, size=None):
    """The one spelling of bytes, or Refused."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("'%s' is not base64" % text) from None
    require(base64.b64encode(data).decode() == text, "base64 of another spelling")
    require(size is None or len(data) == size, "not of %s bytes" % size)
    return data


def decimal_of(text):
    require(text.isascii() and text.isdigit() and str(int(text)) == text, "not a decimal number")
    return int(text)


def root_of_path(index, size, leaf, path):
    """RFC 9162, section 2.1.3.2."""
    require(index < size, "the index is not below the size")
    fn, sn, node = index, size - 1, leaf
    for sibling in path:
        require(sn != 0, "the path is too long")
        if fn & 1 or fn == sn:
            node = sha256(b"\x01", sibling, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = sha256(b"\x01", node, sibling)
        fn, sn = fn >> 1, sn >> 1
    require(sn == 0, "the path is too short")
    return node


def read_checkpoint(data, name, key):
    """Origin, size and root of a note that key has signed."""
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("the note is not UTF-8") from None
    require(all(c == "\n" or ord(c) >= 32 for c in note), "the note has controls")
    text, blank, lines = note.rpartition("\n\n")
    require(blank and lines.endswith("\n"), "not a signed note")
    text += "\n"
    signed = False
    for line in lines[:-1].split("\n"):
        require(line.startswith(DASH), "a line of the note is no signature")
        signer, _, coded = line[len(DASH):].partition(" ")
        blob = base64_of(coded)
        require(signer and "+" not in signer and len(blob) > 4, "a signature line is not in order")
        if signer == name and blob[:4] == stet.note_key_id(name, 1, key):
            require(len(blob) == 68 and stet.signature_ok(key, text.encode(), blob[4:]),
                    "the signature of '%s' is wrong" % name)
            signed = True
    rows = text[:-1].split("\n")
    require(len(rows) == 3 and rows[0], "the checkpoint is not of three lines")
    size, root = decimal_of(rows[1]), base64_of(rows[2], 32)
    if not signed or rows[0] != name:
        raise Unknown("it is not signed by '%s'" % name)
    return size, root


def read_entry(entry, seq):
    fields = stet.decode(entry)
    require(isinstance(fields, list) and len(fields) == 5, "not an entry")
    require(fields[0] == seq, "the entry is another one")
    statement = fields[4]
    require(type(statement) is bytes, "the entry holds no statement")
    return stet.Statement(statement), entry[: len(entry) - len(statement)]


def check_tlog(data, entry, name, key):
    head, blank, note = data.partition(b"\n\n")
    require(blank, "no empty line ends the path")
    try:
        lines = head.decode("ascii").split("\n")[1:]
    except UnicodeDecodeError:
        raise Refused("its head is not ASCII") from None
    if lines and lines[0].startswith("extra "):
        extra = base64_of(lines.pop(0)[6:])
        entry = extra if entry is None else entry
    require(lines and lines[0].startswith("index "), "no index")
    seq, path = decimal_of(lines[0][6:]), [base64_of(line, 32) for line in lines[1:]]
    size, root = read_checkpoint(note, name, key)
    if entry is None:
        raise Unknown("the entry is not in it")
    read_entry(entry, seq)
    require(root_of_path(seq, size, stet.leaf_hash(entry), path) == root,
            "entry and path do not lead to the root")
    return "entry %d at size %d" % (seq, size)


def items_of(data):
    outer = stet.decode(data)
    require(isinstance(outer, stet.Sign1) and isinstance(outer.items, list)
            and len(outer.items) == 4, "not a COSE_Sign1")
    return outer.items


def check_receipt(data, given, name, key):
    protected, unprotected, payload, signature = items_of(data)
    require(type(protected) is bytes and payload is None and type(signature) is bytes
            and len(signature) == 64, "not a receipt")
    require(isinstance(unprotected, dict) and list(unprotected) == [396]
            and isinstance(unprotected[396], dict) and list(unprotected[396]) == [-1]
            and isinstance(unprotected[396][-1], list) and len(unprotected[396][-1]) == 1
            and type(unprotected[396][-1][0]) is bytes, "not one inclusion proof")
    proof = stet.decode(unprotected[396][-1][0])
    require(isinstance(proof, list) and len(proof) == 3 and type(proof[0]) is int
            and type(proof[1]) is int and 0 <= proof[1] < proof[0] and isinstance(proof[2], list)
            and proof[2] and all(type(h) is bytes and len(h) == 32 for h in proof[2]),
            "the proof is not [size, index, path]")
    head = stet.decode(protected, True)
    require(isinstance(head, dict), "the protected header is no map")
    if head.get(2) != ["stet.prefix"]:
        raise Unknown("a receipt of another service")
    require(list(head) == [1, 2, 4, 15, 395, "stet.size", "stet.prefix"] and head[1] == -19
            and head[395] == 1 and isinstance(head[15], dict) and list(head[15]) == [1, 2]
            and head["stet.size"] == proof[0] and type(head["stet.prefix"]) is bytes,
            "the protected header is not that of the format")
    if given is None:
        raise Unknown("its statement is not given")
    entry = given if given[:1] == b"\x85" else head["stet.prefix"] + given
    statement, prefix = read_entry(entry, proof[1])
    require(prefix == head["stet.prefix"] and statement.sub == head[15][2], "of another entry")
    root = root_of_path(proof[1], proof[0], stet.leaf_hash(entry), proof[2])
    if head[15][1] != name or head[4] != stet.thumbprint(key):
        raise Unknown("it is not signed by '%s'" % name)
    require(stet.signature_ok(key, stet.to_be_signed(protected, root), signature),
            "the signature is wrong")
    return "entry %d at size %d" % (proof[1], proof[0])


def check_transparent(data, given, name, key):
    protected, unprotected, payload, signature = items_of(data)
    require(isinstance(unprotected, dict) and list(unprotected) == [394]
            and isinstance(unprotected[394], list) and len(unprotected[394]) == 1
            and type(unprotected[394][0]) is bytes, "not one receipt")
    statement = stet.encode(stet.Sign1([protected, {}, payload, signature]))
    require(given is None or given == statement, "of another statement")
    return check_receipt(unprotected[394][0], statement, name, key)


def check(data, entry, vkey):
    name, key = stet.read_vkey(vkey)
    if data.startswith(TLOG):
        return check_tlog(data, entry, name, key)
    if data[:2] == b"\xd2\x84":
        held = items_of(data)[1]
        known = isinstance(held, dict) and 394 in held
        return (check_transparent if known else check_receipt)(data, entry, name, key)
    return "size %d, root %s" % (lambda size, root: (size, root.hex()))(
        *read_checkpoint(data, name, key))


def answer(path, vkey, entry=None):
    """0, 1 or 3, and a line that says so."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        if entry is not None:
            with open(entry, "rb") as file:
                entry = file.read()
        return 0, "yes: " + check(data, entry, vkey)
    except (OSError, Unknown) as reason:
        return 3, "could not find out: %s" % reason
    except Refused as reason:
        return 1, "no: %s" % reason


def main(arguments):
    if len(arguments) not in (3, 5) or arguments[1] != "--vkey" or arguments[3:4] not in (
            [], ["--entry"]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    status, line = answer(arguments[0], arguments[2], *arguments[4:])
    print(line)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
