#!/usr/bin/env python3
"""stet_evidence.py FILE [--vkey VKEY]...: judges evidence by docs/format.md, "Evidence".

Run it with python3 -I -S: it needs the standard library, and stet_reference.py and stet_proof.py beside
it. Exit 0: the ledger key has signed two things that cannot both be true; 1: the file convicts nobody;
3: could not find out, which without a key of the ledger is all that is left. Licence: CC0-1.0.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stet_proof import consistent, index_of, is_hash, read_checkpoint, split_of, tree_of  # noqa: E402
from stet_reference import (Refused, Statement, Unknown, check_name, decode, encode, index_key,  # noqa: E402
                            index_root, leaf_hash, note_key_id, read_vkey, require, signature_ok,
                            tree_root, u64be)

FORMAT = "stet-evidence/1"
SHAPES = (["a", "b", "kind", "format"], ["a", "b", "kind", "path", "root", "format"],
          ["kind", "name", "tree", "index", "format", "entries", "checkpoint"])


# --- Judging -------------------------------------------------------------------------------------


def signers(head, vkeys):
    """The ledger keys among vkeys that have signed a checkpoint; a wrong line of theirs refutes it."""
    text, origin, _, _, lines = head
    found = set()
    for name, key in vkeys:
        for signer, blob in lines:
            if signer != name or blob[:4] != note_key_id(name, 1, key):
                continue
            require(len(blob) == 68 and signature_ok(key, text.encode(), blob[4:]),
                    "the signature of '%s' is wrong" % name)
            if name == origin:
                found.add(key)
    return found


def read_head(note):
    require(type(note) is bytes, "a checkpoint is no byte string")
    head = read_checkpoint(note)
    require(head[2] < 1 << 53, "a size that no ledger has")
    return head


def judge_fork(file, vkeys):
    a, b = read_head(file["a"]), read_head(file["b"])
    require(a[1] == b[1], "of two ledgers")
    require(a[2] <= b[2], "the larger stands first")
    if a[2] == b[2]:
        require("root" not in file, "a root between heads of one size")
        require(a[3] != b[3], "one head twice")
    else:
        require("root" in file, "heads of two sizes, and nothing between them")
        require(is_hash(file["root"]) and isinstance(file["path"], list)
                and all(map(is_hash, file["path"])), "root or path")
        require(consistent(a[2], b[2], file["root"], b[3], file["path"]), "the path does not hold")
        require(file["root"] != a[3], "the larger tree begins with the smaller")
    if not signers(a, vkeys) & signers(b, vkeys):
        raise Unknown("no key that is known has signed both heads")
    return "two heads of '%s' that are not of one history: sizes %d and %d" % (a[1], a[2], b[2])


def read_entry(entry):
    require(type(entry) is bytes, "an entry is no byte string")
    fields = decode(entry)
    require(isinstance(fields, list) and len(fields) == 5 and type(fields[0]) is int and fields[0] >= 0
            and type(fields[1]) is int and is_hash(fields[2])
            and (fields[3] is None or is_hash(fields[3])) and type(fields[4]) is bytes,
            "an entry is none")
    return fields[0], fields[1], fields[3], Statement(fields[4])


def judge_omission(file, vkeys):
    name, entries = file["name"], file["entries"]
    require(type(name) is str and name != "stet:seal", "seals are in no index")
    check_name(name)
    require(isinstance(entries, list) and len(entries) == 2, "not two entries")
    head = read_head(file["checkpoint"])
    seq, _, prior, statement = read_entry(entries[0])
    seal_seq, ms, _, seal = read_entry(entries[1])
    require(statement.sub == name, "an entry about another name")
    require(seal.sub == "stet:seal" and seal.type == "seal"
            and seal.body.get("size") == seal_seq and seal.body.get("ms") == ms
            and seal.cti == u64be(seal_seq) and seq < seal_seq < head[2], "not a later seal")
    require(isinstance(file["tree"], list) and all(map(is_hash, file["tree"])), "tree")
    require(isinstance(file["index"], list), "index")
    leaves = {seq: leaf_hash(entries[0]), seal_seq: leaf_hash(entries[1])}
    require(tree_of(leaves, head[2], file["tree"])[0] == head[3], "not in the tree of the checkpoint")
    key = index_key(name)
    root, found = index_of(file["index"], [key])
    require(root == seal.body.get("index"), "another index than the sealed one")
    count, newest = found.get(key, (0, None))
    require(newest == prior, "the index does not end right before the entry")
    if not signers(head, vkeys):
        raise Unknown("no key that is known has signed the checkpoint")
    return "entry %d of '%s' is left out of the index that entry %d seals, which counts %d about '%s'" % (
        seq, head[1], seal_seq, count, name)


def verify(data, vkeys=()):
    """What it convicts of. Refused: nothing; Unknown: could not find out."""
    file = decode(data)
    require(isinstance(file, dict) and list(file) in SHAPES, "not evidence")
    kind = "omission" if "entries" in file else "fork"
    require(file["kind"] == kind and type(file["format"]) is str, "not evidence")
    if file["format"] != FORMAT:
        require(file["format"].startswith("stet-evidence/"), "not evidence")
        raise Unknown("a newer format")
    require(encode(file) == data, "a second spelling")
    return (judge_omission if kind == "omission" else judge_fork)(file, [read_vkey(v) for v in vkeys])


# --- Making --------------------------------------------------------------------------------------


def prove_many(leaves, seqs):
    """The hashes that prove these entries at once: docs/format.md, "Proof file"."""
    def walk(start, end):
        if not any(start <= seq < end for seq in seqs):
            return [tree_root(leaves[start:end])]
        if end - start == 1:
            return []
        middle = start + split_of(end - start)
        return walk(start, middle) + walk(middle, end)
    return walk(0, len(leaves))


def prune(rows, wanted, depth=0):
    """The index over rows of (key, count, head), ascending, cut back to the way of one key."""
    if not rows:
        return [None]
    if len(rows) == 1:
        return [list(rows[0])]

    def bit(key):
        return key[depth // 8] >> 7 - depth % 8 & 1

    sides, tokens = ([row for row in rows if not bit(row[0])], [row for row in rows if bit(row[0])]), [0]
    for side, here in enumerate(sides):
        if bit(wanted) == side:
            tokens += prune(here, wanted, depth + 1)
        else:
            tokens.append(index_root(here, depth + 1) if here else None)
    return tokens


def fork(a, b, root=None, path=None):
    more = {} if root is None else {"root": root, "path": path}
    return encode({"a": a, "b": b, "kind": "fork", "format": FORMAT, **more})


def omission(name, entries, tree, index, checkpoint):
    return encode({"kind": "omission", "name": name, "tree": tree, "index": index, "format": FORMAT,
                   "entries": entries, "checkpoint": checkpoint})


def main(arguments):
    if len(arguments) % 2 != 1 or any(word != "--vkey" for word in arguments[1::2]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            data = file.read()
        print("yes: " + verify(data, arguments[2::2]))
        return 0
    except Refused as reason:
        print("no: %s" % reason)
        return 1
    except (OSError, Unknown) as reason:
        print("could not find out: %s" % reason)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
