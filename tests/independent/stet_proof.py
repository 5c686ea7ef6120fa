"""stet_proof.py PROOF [--vkey VKEY]: verifies a proof file by docs/format.md, "Proof file".

Run it with python3 -I -S: it needs the standard library and stet_reference.py beside it. Prints what
the ledger says of which names, and as of when. Exit 0 yes, 1 no, 3 could not find out; without
--vkey a file that holds is 3, too: consistent in itself, by a signer nobody vouches for.
"""

import base64
import os
import re
import sys

sys.dont_write_bytecode = True  # where it lies may be a bag, to which nothing is added
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stet_reference import (Ledger, Refused, Statement, Unknown, check_name, checkpoint_text, decode,
                            encode, index_key, index_leaf, key_name, leaf_hash, make_vkey,
                            note_key_id, percent_encode, read_vkey, require, sha256, signature_ok,
                            thumbprint, u64be)

MEMBERS = ["tree", "asked", "index", "format", "entries", "rotations", "checkpoint"]
LINE = re.compile("\u2014 ([^ +\n]+) ([A-Za-z0-9+/]+={0,2})")


class Shown(Ledger):
    """Some entries of a ledger, judged by the same rules as far as they alone can tell."""

    def __init__(self):
        super().__init__()
        self.seqs, self.rotations, self.first_grants = [], [], []

    def take(self, encoded, is_last):
        seq, ms, prev, prior, signed = decode(encoded)
        statement = Statement(signed)
        waits = self.next_key is not None or self.closing is True
        require(not waits or seq == self.seqs[-1] + 1, "history is incomplete: a seal is left out")
        if statement.body["type"] == "seal":
            require(is_last or self.next_key is not None, "a seal that nothing here needs")
        else:
            require(prior == self.names.get(statement.sub, (0, None))[1],
                    "history is incomplete: entry %d continues from one that is not shown" % seq)
        require(statement.iat * 1000 <= ms + 300000, "statement: signed in the future")
        if not self.seqs:
            require(seq == 0 and prev == bytes(32), "history is incomplete: no entry 0")
            self.open(statement)
            self.ledger_id = "stet:" + leaf_hash(encoded).hex()
        else:
            self.admit(statement, seq, ms)
        count = self.names.get(statement.sub, (0, None))[0]
        self.names[statement.sub] = (count + 1, leaf_hash(encoded))
        self.ids[statement.iss, statement.cti] = len(self.seqs)
        self.leaves.append(leaf_hash(encoded))
        self.entries.append(statement)
        self.seqs.append(seq)

    def distrusted(self, seq):  # here the place among those shown
        grant = self.grants.get(self.entries[seq].kid)
        return grant is not None and grant.distrusted_from is not None and \
            grant.distrusted_from <= self.seqs[seq]

    def change_key(self, statement, signer, seq):
        try:
            super().change_key(statement, signer, seq)
        except Refused as reason:  # the other root keys need not be in sight
            if "no root key would be left" not in str(reason):
                raise

    def seal(self, statement, seq, ms):
        body, key = statement.body, self.ledger_keys[-1]
        require(statement.type == "seal" and list(body) == ["v", "ms", "root", "size", "type",
                                                            "index"], "seal: members")
        require(statement.sub == "stet:seal" and statement.iss == self.origin
                and statement.cti == u64be(seq), "seal: subject, issuer or id")
        require(statement.kid == thumbprint(key) and statement.signed_by(key),
                "signature: not sealed by the ledger key")
        require(body["size"] == seq and body["ms"] == ms, "seal: size or time")
        if self.next_key is not None:
            self.rotations.append((seq, body["root"]))
            self.ledger_keys.append(self.next_key)
            self.next_key = None
        if self.closing:
            self.closing = "closed"


def is_hash(value):
    return type(value) is bytes and len(value) == 32


def split_of(size):
    return 1 << (size - 1).bit_length() - 1


def tree_of(shown, size, hashes):
    """shown: {seq: leaf}. The root at size, and at size - 1 where the last leaf is shown."""
    rest = list(hashes)

    def walk(start, end):
        if not any(start <= seq < end for seq in shown):
            require(rest, "tree: a hash is missing")
            return rest.pop(0), None, False
        if end - start == 1:
            return shown[start], None, start == size - 1
        middle = start + split_of(end - start)
        left, right = walk(start, middle), walk(middle, end)
        before = None
        if right[2]:
            before = left[0] if right[1] is None else sha256(b"\x01", left[0], right[1])
        return sha256(b"\x01", left[0], right[0]), before, right[2]

    root, before, _ = walk(0, size)
    require(not rest, "tree: hashes are left over")
    return root, before


def consistent(size1, size2, root1, root2, path):
    """RFC 9162, section 2.1.4.2."""
    if size1 == size2:
        return not path and root1 == root2
    if not 0 < size1 < size2 or not path:
        return False
    path = list(path)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    fn, sn = size1 - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for value in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = sha256(b"\x01", value, fr), sha256(b"\x01", value, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha256(b"\x01", sr, value)
        fn, sn = fn >> 1, sn >> 1
    return fr == root1 and sr == root2 and sn == 0


def index_of(tokens, wanted):
    """The root of the pruned index and {key: (count, head)} of those of `wanted` it has."""
    at, found = 0, {}

    def bit(key, depth):
        return key[depth // 8] >> 7 - depth % 8 & 1

    def walk(depth, place, keys):
        nonlocal at
        require(at < len(tokens) and depth <= 256, "index: ends early, or is too deep")
        token = tokens[at]
        at += 1
        if token is None:
            return bytes(32), 0
        if type(token) is bytes:
            require(is_hash(token) and token != bytes(32), "index: a hash")
            require(not keys, "history is incomplete: the index hides a name of the record")
            return token, 2
        require(keys, "index: shows what no name needs")
        if isinstance(token, list):
            require(len(token) == 3 and is_hash(token[0]) and type(token[1]) is int
                    and token[1] > 0 and is_hash(token[2]), "index: a leaf")
            require([bit(token[0], i) for i in range(depth)] == place,
                    "index: a leaf is not where its key leads")
            if token[0] in keys:
                found[token[0]] = (token[1], token[2])
            return index_leaf(*token), 1
        require(type(token) is int and token == 0 and depth < 256, "index: no token")
        sides = [key for key in keys if not bit(key, depth)], [key for key in keys if bit(key, depth)]
        left = walk(depth + 1, place + [0], sides[0])
        right = walk(depth + 1, place + [1], sides[1])
        require(not (left[1] == 0 and right[1] < 2 or right[1] == 0 and left[1] < 2),
                "index: a level too many")
        return sha256(b"\x03", left[0], right[0]), 2

    root, _ = walk(0, [], set(wanted))
    require(at == len(tokens), "index: tokens are left over")
    return root, found


def read_checkpoint(note):
    """(text, origin, size, root, [(name, blob)])"""
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("note: not UTF-8") from None
    text, blank, rest = whole.rpartition("\n\n")
    text += "\n"
    require(blank and rest.endswith("\n") and len(note) <= 65536, "note: no text and lines")
    lines = []
    for line in rest[:-1].split("\n"):
        match = LINE.fullmatch(line)
        require(match, "note: a line")
        blob = base64.b64decode(match[2])
        require(base64.b64encode(blob).decode() == match[2] and len(blob) > 4, "note: base64")
        lines.append((match[1], blob))
    parts = text.split("\n")
    require(len(parts) == 4 and parts[3] == "" and re.fullmatch("[1-9][0-9]{0,15}", parts[1]),
            "checkpoint: not three lines")
    try:
        root = base64.b64decode(parts[2], validate=True)
    except ValueError:
        root = b""
    require(len(root) == 32 and checkpoint_text(parts[0], int(parts[1]), root) == text,
            "checkpoint: its spelling")
    return text, parts[0], int(parts[1]), root, lines


def links(statement):
    body = statement.body
    if "source" in body:
        return []
    if statement.type == "record":
        return body.get("aliases", [])
    if statement.type == "doi":
        return ["doi:" + percent_encode(body["doi"])]
    return [body["record"]] if statement.type == "alias" else []


def closure(asked, shown):
    names, grown = set(asked) | {"stet:ledger"}, set()
    first_root = shown.first_grants[0]
    names.add(key_name(first_root))
    ledger_kids = {thumbprint(key) for key in shown.ledger_keys}
    while names != grown:
        grown = set(names)
        for statement in shown.entries:
            if statement.sub in grown and statement.type != "seal":
                names.update(links(statement))
                if statement.kid not in ledger_kids:
                    names.add(key_name(statement.kid))
    return names


def verify(data, vkey=None):
    """Judges a proof file; returns {name: count}, the closing seal's ms and the Shown."""
    file = decode(data)  # 1
    require(isinstance(file, dict) and list(file) == MEMBERS, "not a proof file")
    if str(file["format"]).startswith("stet-proof/") and file["format"] != "stet-proof/1":
        raise Unknown("a newer format")
    require(file["format"] == "stet-proof/1", "not a proof file")
    asked, entries = file["asked"], file["entries"]
    require(asked and all(type(name) is str for name in asked)
            and asked == sorted(set(asked), key=str.encode) and "stet:seal" not in asked, "asked")
    for name in asked:
        check_name(name)
    require(entries and all(type(entry) is bytes for entry in entries), "entries")
    require(all(map(is_hash, file["tree"])), "tree")
    require(all(isinstance(r, list) and len(r) == 2 and type(r[0]) is int
                and all(map(is_hash, r[1])) for r in file["rotations"]), "rotations")
    text, origin, size, root, lines = read_checkpoint(file["checkpoint"])
    decoded = [decode(entry) for entry in entries]
    for one in decoded:
        require(isinstance(one, list) and len(one) == 5 and type(one[0]) is int
                and type(one[1]) is int and is_hash(one[2]) and (one[3] is None or is_hash(one[3]))
                and type(one[4]) is bytes, "an entry is none")
    for before, one, bytes_before in zip(decoded, decoded[1:], entries):  # 2
        require(one[0] > before[0] and one[1] >= before[1], "entries are not in order")
        require(one[0] > before[0] + 1 or one[2] == leaf_hash(bytes_before), "prev differs")
    require(decoded[-1][0] < size, "an entry beyond the checkpoint")
    leaves = {one[0]: leaf_hash(entry) for one, entry in zip(decoded, entries)}
    whole, without_last = tree_of(leaves, size, file["tree"])  # 3
    require(whole == root, "the entries are not in the tree of the checkpoint")
    shown = Shown()  # 4
    for at, entry in enumerate(entries):
        shown.take(entry, at == len(entries) - 1)
        if at == 0:
            shown.first_grants = list(shown.grants)
    known = False  # 5
    if vkey is not None:
        name, key = read_vkey(vkey)
        known = name == shown.origin and key in shown.ledger_keys
        require(known or name != shown.origin, "another ledger of that name")
    require(len(file["rotations"]) == len(shown.rotations) and shown.next_key is None,
            "a change of the ledger key is not shown in full")
    for (seq, path), (sealed, seal_root) in zip(file["rotations"], shown.rotations):
        require(seq == sealed and consistent(seq, size, seal_root, root, path),
                "a change of the ledger key does not hold")
    require(origin == shown.origin, "the checkpoint is of another ledger")  # 6
    key = shown.ledger_keys[-1]
    mine = [blob for name, blob in lines if name == origin and blob[:4] == note_key_id(name, 1, key)]
    require(mine and all(len(blob) == 68 and signature_ok(key, text.encode(), blob[4:])
                         for blob in mine), "the checkpoint is not signed by the ledger key")
    seal = shown.entries[-1]  # 7
    require(seal.type == "seal" and shown.seqs[-1] == size - 1, "an old seal")
    require(seal.body["root"] == without_last, "the seal's root")
    names = closure(asked, shown)  # 8
    for statement in shown.entries:
        require(statement.type == "seal" or statement.sub in names,
                "shows '%s', which nobody asked for" % statement.sub)
    index, found = index_of(file["index"], [index_key(name) for name in names])  # 9
    require(index == seal.body["index"], "the index is not the sealed one")
    counts = {}
    for name in names:  # 10
        have = shown.names.get(name, (0, None))
        require(found.get(index_key(name), (0, None)) == have,
                "history is incomplete: about '%s'" % name)
        counts[name] = have[0]
    require(encode(file) == data, "a second spelling")
    if shown.unknown:
        raise Unknown("an entry is of a type not known here; all else holds")
    return counts, decoded[-1][1], shown, known


def main(arguments):
    if len(arguments) not in (1, 3) or len(arguments) == 3 and arguments[1] != "--vkey":
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            data = file.read()
        counts, ms, shown, known = verify(data, arguments[2] if len(arguments) == 3 else None)
    except Refused as reason:
        print("no: %s" % reason)
        return 1
    except (OSError, Unknown) as reason:
        print("could not find out: %s" % reason)
        return 3
    for name in sorted(counts):
        print("%6d %s" % (counts[name], name))
    print("as of %d ms, %s" % (ms, make_vkey(shown.origin, shown.ledger_keys[-1])))
    print("yes: complete by the word of the ledger key" if known else
          "could not find out: consistent in itself, signer not known")
    return 0 if known else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
