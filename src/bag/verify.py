#!/usr/bin/env python3
"""Verifies the bag that this file lies in, with Python's standard library and nothing else:

    python3 -I -S data/verify.py [--key NAME+HASH+KEY]

It says what it looked at, and then one line: yes (exit 0), no (1) or could not find out (3).

What is verified: every file is the one the manifests list and no other is there; every entry has
the bytes, links, signatures and roles that the format asks for; the checkpoint is a signature by
the ledger key over exactly these entries; every artifact is content that an entry names. In a bag
of named records: each proof shows all that the ledger says of its record, by the word of the ledger
key, and the entries in the bag are those that the proofs show. An increment alone can only be found
to hold exactly the entries between its two checkpoints, which is answered by 3. Not verified: the pages that only
show the same in other formats (report.html, history.csv, prov, premis ...).

--key is the ledger's verifier key as you got it from somewhere else than this bag.  Without it the
answer rests on the key that the ledger names itself.  Licence: CC0-1.0.
"""
import base64
import hashlib
import json
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
BAG = os.path.dirname(HERE)
sys.path.insert(0, HERE)
import stet_proof  # noqa: E402
import stet_reference as stet  # noqa: E402


def digest_of(path, name):
    digest = hashlib.new(name)
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def read(*parts):
    with open(os.path.join(BAG, *parts), "rb") as file:
        return file.read()


def files_below(folder):
    for where, folders, names in os.walk(os.path.join(BAG, folder)):
        for name in folders + names:
            path = os.path.join(where, name)
            stet.require(not os.path.islink(path), "'%s' is a link" % os.path.relpath(path, BAG))
        for name in names:
            yield os.path.relpath(os.path.join(where, name), BAG).replace(os.sep, "/")


def manifest_lines(name):
    listed = {}
    for line in read(name).decode("utf-8").splitlines():
        digest, _, path = line.partition("  ")
        stet.require(path and path not in listed, "%s: a line that cannot be read" % name)
        stet.require(not path.startswith(("/", "~")) and ".." not in path.split("/"),
                     "%s: a path that leads out of the bag" % name)
        listed[path] = digest
    return listed


def check_manifest(name):
    algorithm = name.rsplit("manifest-", 1)[1][: -len(".txt")]
    listed = manifest_lines(name)
    for path, digest in sorted(listed.items()):
        full = os.path.join(BAG, *path.split("/"))
        stet.require(os.path.isfile(full), "'%s' is missing" % path)
        stet.require(digest_of(full, algorithm) == digest, "'%s' was altered" % path)
    return set(listed)


def check_manifests():
    """Returns the payload files."""
    names = sorted(name for name in os.listdir(BAG) if "manifest-" in name)
    stet.require("manifest-sha512.txt" in names, "manifest-sha512.txt is missing")
    there = set(files_below("data"))
    for name in names:
        listed = check_manifest(name)
        if name.startswith("manifest-"):
            extra = sorted(there - listed)
            stet.require(not extra, "'%s' is listed nowhere" % "".join(extra[:1]))
    return there


def read_entries():
    """The ledger, judged entry by entry."""
    data, at, ledger = read("data", "ledger", "entries.cborseq"), 0, stet.Ledger()
    while at < len(data):
        try:
            entry = stet.decode_first(data[at : at + 70000], 0)
            ledger.add(entry)
        except (stet.Refused, stet.Unknown) as reason:
            raise type(reason)("entry %d: %s" % (len(ledger.leaves), reason)) from None
        at += len(entry)
        if sys.stderr.isatty() and len(ledger.leaves) % 100 == 0:
            print("\rentries: %d" % len(ledger.leaves), end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
    stet.require(ledger.seals and ledger.seals[-1] == len(ledger.leaves) - 1,
                 "the last entries stand behind no seal")
    return ledger


def check_checkpoint(ledger, given):
    """The note says what was recomputed, and the ledger key has signed it."""
    note = read("data", "ledger", "checkpoint.txt").decode("utf-8")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    expected = stet.checkpoint_text(ledger.origin, len(ledger.leaves),
                                    stet.tree_root(ledger.leaves))
    stet.require(text == expected, "the checkpoint is of other entries")
    keys = list(ledger.ledger_keys)
    if given is not None:
        name, key = stet.read_vkey(given)
        stet.require(name == ledger.origin and key in keys, "that key is not this ledger's")
        keys = [key]
    key = keys[-1]
    for line in lines.splitlines():
        mark, name, coded = (line.split(" ") + ["", ""])[:3]
        blob = base64.b64decode(coded)
        if mark == "\u2014" and name == ledger.origin and \
                blob[:4] == stet.note_key_id(name, 1, key):
            stet.require(stet.signature_ok(key, text.encode(), blob[4:]),
                         "the signature of the checkpoint is wrong")
            return stet.make_vkey(ledger.origin, key)
    raise stet.Refused("the checkpoint is not signed by the ledger key")


def read_proof(path, given, there):
    """What a proof file shows, and its own members."""
    stet.require(path in there, "'%s' is missing" % path)
    data = read(*path.split("/"))
    try:
        counts, _, shown, known = stet_proof.verify(data, given)
    except stet.Refused as reason:
        raise stet.Refused("%s: %s" % (path, reason)) from None
    stet.require(given is None or known, "that key is not this ledger's")
    return stet.decode(data), counts, shown


def check_records(given, there):
    """The proof of all records, and that of each; what all of them show."""
    everything, counts, shown = read_proof("data/ledger/records.stet-proof", given, there)
    names, seqs = [], set()
    stet.require("data/records.json" in there, "'data/records.json' is missing")
    for record in json.loads(read("data", "records.json").decode("utf-8"))["records"]:
        path, name = "data/" + record["proof"], record["name"]
        proof, _, one = read_proof(path, given, there)
        stet.require(name in proof["asked"], "%s is a proof of another record" % path)
        stet.require(proof["checkpoint"] == everything["checkpoint"],
                     "%s is of another moment than the bag" % path)
        names.append(name)
        seqs.update(one.seqs)
    stet.require(names and seqs == set(shown.seqs),
                 "the proofs of the records do not show the entries that the bag is of")
    stet.require(read("data", "ledger", "entries.cborseq") == b"".join(everything["entries"]),
                 "entries.cborseq holds other entries than the proofs show")
    stet.require(read("data", "ledger", "checkpoint.txt") == everything["checkpoint"],
                 "checkpoint.txt is another than that of the proofs")
    for name in names:
        print("record:     %s, complete: %d entries about it" % (name, counts[name]))
    return everything, shown


def check_artifacts(ledger, there):
    named = {digest for entry in ledger.entries
             for digest in [entry.body.get("sha256")] if isinstance(digest, bytes)}
    count = 0
    for path in sorted(there):
        if path.startswith("data/artifacts/"):
            name = path[len("data/artifacts/"):].replace("/", "")
            stet.require(digest_of(os.path.join(BAG, *path.split("/")), "sha256") == name,
                         "'%s' is other content" % path)
            stet.require(bytes.fromhex(name) in named, "'%s' is named by no entry" % path)
            count += 1
    return count


def check_readable(ledger, seqs):
    """Each line of the readable copy names its entry by the entry's own digest."""
    number = 0
    with open(os.path.join(BAG, "data", "ledger", "entries.jsonl"), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            row = json.loads(line)
            stet.require(number <= len(ledger.leaves) and row["seq"] == seqs[number - 1]
                         and row["leaf"] == ledger.leaves[number - 1].hex(),
                         "entries.jsonl: line %d is not of the entry that stands there" % number)
    stet.require(number == len(ledger.leaves), "entries.jsonl has not every entry")


def verify_records(given, there):
    everything, shown = check_records(given, there)
    _, origin, size, root, _ = stet_proof.read_checkpoint(everything["checkpoint"])
    print("entries:    %d, every signature and role right, each in the tree" % len(shown.seqs))
    print("checkpoint: '%s', size %d, root %s" % (origin, size, root.hex()))
    print("artifacts:  %d, each as its entry says" % check_artifacts(shown, there))
    check_readable(shown, shown.seqs)
    print("key:        %s" % stet.make_vkey(origin, shown.ledger_keys[-1]))


def peaks_of(size, root, path, newer):
    """The complete subtrees of the old tree, the smallest first: they are in the path."""
    path = ([root] if size & (size - 1) == 0 else []) + path
    fn, sn = size - 1, newer - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    peaks = path[:1]
    for value in path[1:]:
        if fn & 1 or fn == sn:
            peaks.append(value)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    return peaks


def tree_over(size, peaks, leaves):
    """The root of the old tree with these leaves behind it."""
    ranges = [(1 << bit, peak) for bit, peak in
              zip([bit for bit in range(63) if size >> bit & 1], peaks)][::-1]
    for leaf in leaves:
        ranges.append((1, leaf))
        while len(ranges) > 1 and ranges[-2][0] == ranges[-1][0]:
            (width, left), (_, right) = ranges[-2:]
            ranges[-2:] = [(2 * width, stet.sha256(b"\x01", left, right))]
    root = ranges.pop()[1]
    while ranges:
        root = stet.sha256(b"\x01", ranges.pop()[1], root)
    return root


def note_of(name, key):
    """A checkpoint; signed, if the key is known."""
    text, origin, size, root, lines = stet_proof.read_checkpoint(read("data", "ledger", name))
    if key is not None:
        stet.require(key[0] == origin, "%s: of another ledger than the key" % name)
        blobs = [blob for who, blob in lines
                 if who == origin and blob[:4] == stet.note_key_id(origin, 1, key[1])]
        stet.require(blobs and all(len(blob) == 68 and stet.signature_ok(key[1], text.encode(),
                                                                         blob[4:])
                                   for blob in blobs), "%s is not signed by that key" % name)
    return origin, size, root


def verify_increment(given):
    key = None if given is None else stet.read_vkey(given)
    origin, size, root = note_of("since.txt", key)
    same, newer, newest = note_of("checkpoint.txt", key)
    stet.require(same == origin and size < newer, "its checkpoints do not follow each other")
    path = [bytes.fromhex(text) for text in
            json.loads(read("data", "ledger", "consistency.json").decode("utf-8"))["path"]]
    stet.require(all(len(one) == 32 for one in path)
                 and stet_proof.consistent(size, newer, root, newest, path),
                 "the consistency proof does not lead from one checkpoint to the other")
    data, at, leaves = read("data", "ledger", "entries.cborseq"), 0, []
    while at < len(data):
        entry = stet.decode_first(data[at : at + 70000], 0)
        stet.require(stet.decode(entry)[0] == size + len(leaves), "entries are not in order")
        leaves.append(stet.leaf_hash(entry))
        at += len(entry)
    stet.require(len(leaves) == newer - size and tree_over(
        size, peaks_of(size, root, path, newer), leaves) == newest,
        "the entries are not those between the two checkpoints")
    print("entries:    %d to %d, exactly those between the two checkpoints" % (size, newer - 1))
    raise stet.Unknown("it goes on from %d entries that are not in this bag; with 'stet check' and "
                       "the bag before it all of it can be verified" % size)


def verify_whole(given, there):
    ledger = read_entries()
    print("entries:    %d, one chain, every signature and role right" % len(ledger.leaves))
    key = check_checkpoint(ledger, given)
    print("checkpoint: '%s', size %d, root %s" % (ledger.origin, len(ledger.leaves),
                                                 stet.tree_root(ledger.leaves).hex()))
    print("artifacts:  %d, each as its entry says" % check_artifacts(ledger, there))
    check_readable(ledger, range(len(ledger.leaves)))
    print("key:        %s" % key)
    if ledger.unknown:
        raise stet.Unknown("%d entries are of a type not known here; all else holds"
                           % ledger.unknown)


def verify(given):
    there = check_manifests()
    print("files:      %d in data/, all listed, all unaltered" % len(there))
    if there & {"data/ledger/records.stet-proof", "data/records.json"}:
        verify_records(given, there)
    elif "data/ledger/since.txt" in there:
        verify_increment(given)
    else:
        verify_whole(given, there)


def main(arguments):
    if arguments and (len(arguments) != 2 or arguments[0] != "--key"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    given = arguments[1] if arguments else None
    try:
        verify(given)
    except stet.Refused as reason:
        print("no: %s" % reason)
        return 1
    except (stet.Unknown, OSError) as reason:
        print("could not find out: %s" % reason)
        return 3
    except (ValueError, KeyError, TypeError) as reason:
        print("no: a file is not what it should be: %s" % reason)
        return 1
    if given is None:
        print("yes: by the key above, which this bag names itself; compare it with one that you "
              "got elsewhere")
    else:
        print("yes: by the key you gave")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
