"""evidence.py STET ACCUSE: evidence that the library made before the second implementation, and the
other way round; and what neither of them may believe.

The lying ledgers are the second implementation's, forks of one to thirty entries; the pieces go
through ACCUSE (accuse.c), which makes evidence by the public library, or refuses.
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import stet_evidence as evidence  # noqa: E402
import stet_examples as examples  # noqa: E402
import stet_reference as stet  # noqa: E402

STET, ACCUSE = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
VKEY = stet.make_vkey(examples.ORIGIN, examples.KEYS["ledger"])
OTHER = stet.make_vkey(examples.ORIGIN, examples.KEYS["ledger-2"])
TRIED = {"made": 0, "refused": 0, "altered": 0}
FAULTS = []


def expect(what, condition):
    if not condition:
        FAULTS.append(what)


def save(name, data):
    with open(name, "wb") as file:
        file.write(data)
    return name


def accuse(kind, *pieces):
    """(bytes, None) or (None, rule) of what the library makes of the pieces."""
    names = [save("piece.%d" % at, piece) for at, piece in enumerate(pieces)]
    done = subprocess.run([ACCUSE, kind, *names], stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit("evidence: accuse ended with %d" % done.returncode)
    return (done.stdout, None) if done.returncode == 0 else (None, done.stdout.decode().strip())


def second(data, vkeys):
    """0, 1 or 3, as its program would say."""
    try:
        evidence.verify(data, vkeys)
    except stet.Refused:
        return 1
    except stet.Unknown:
        return 3
    return 0


def first(data, vkeys):
    words = [word for vkey in vkeys for word in ("--key", vkey)]
    return subprocess.run([STET, "check", "-q", save("file", data), *words], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode


def convicts(what, made, wanted):
    """Both make the same bytes, and both say the same of them."""
    data, rule = made
    TRIED["made"] += 1
    expect("%s: the library makes none: %s" % (what, rule), data is not None)
    if data is None:
        return
    expect("%s: the library makes other bytes" % what, data == wanted)
    for vkeys, status in (([VKEY], 0), ([], 3), ([OTHER], 3), ([OTHER, VKEY], 0)):
        expect("%s: the second implementation says %d" % (what, second(data, vkeys)),
               second(data, vkeys) == status)
        expect("%s: stet check says another thing than %d" % (what, status),
               first(data, vkeys) == status)


def is_none(what, made, file):
    """The library makes none of it; and made by the other side, neither believes it."""
    TRIED["refused"] += 1
    expect("%s: the library makes evidence of it" % what, made[0] is None)
    expect("%s: the second implementation believes it" % what, second(file, [VKEY]) == 1)
    expect("%s: stet check believes it" % what, first(file, [VKEY]) == 1)


def alter(what, data):
    """Here a bit, there a length: neither believes it, and where one says no, the other does."""
    for at in range(0, len(data), 67):
        flipped = bytearray(data)
        flipped[at] ^= 1 << at % 8
        for other in (bytes(flipped), data[:at]):
            ours, theirs = second(other, [VKEY]), first(other, [VKEY])
            expect("%s: byte %d altered is believed" % (what, at), 0 not in (ours, theirs))
            TRIED["altered"] += 1


def branch(start, size, mark):
    """The example ledger up to start, and gone on with up to size, where a seal ends it."""
    book = start.cut_back(examples.PARTED)
    while len(book.leaves) < size - 1:
        book.tick(60)
        book.append("said here alone", "publisher", examples.PAPER,
                    b"%s-%d" % (mark, len(book.leaves)),
                    {"v": 1, "type": "assessment", "review_score": stet.Hundredths(900)})
    book.seal()
    return book


def head(book):
    return examples.checkpoint(book, len(book.leaves), ["ledger"])["note"].encode()


def forks(start):
    for m in range(12, 42, 5):
        for n in (m, m + 1, m + 7, 2 * m):
            a, b = branch(start, m, b"a"), branch(start, n, b"b")
            what = "a fork of sizes %d and %d" % (m, n)
            if m == n:
                pair = sorted((a, b), key=lambda book: stet.tree_root(book.leaves))
                convicts(what, accuse("fork", head(a), head(b)), evidence.fork(*map(head, pair)))
                continue
            root, path = stet.tree_root(b.leaves[:m]), stet.consistency_path(m, b.leaves)
            wanted = evidence.fork(head(a), head(b), root, path)
            convicts(what, accuse("fork", head(b), head(a), root, b"".join(path)), wanted)
            if m == 17 and n == 18:
                alter(what, wanted)
            # An honest pair: the same history, older and newer.
            whole = branch(start, n, b"a")
            older = whole.cut_back(m)
            text = stet.checkpoint_text(examples.ORIGIN, m, stet.tree_root(older.leaves))
            note = stet.sign_note(text, examples.ORIGIN, [examples.SEEDS["ledger"]]).encode()
            root, path = stet.tree_root(whole.leaves[:m]), stet.consistency_path(m, whole.leaves)
            is_none("one history of sizes %d and %d" % (m, n),
                    accuse("fork", note, head(whole), root, b"".join(path)),
                    evidence.fork(note, head(whole), root, path))


def pieces_of(book, name, seq, seal, rows):
    return ([examples.entry_of(book, seq), examples.entry_of(book, seal)],
            evidence.prove_many(book.leaves, [seq, seal]),
            evidence.prune(rows, stet.index_key(name)), head(book))


def accuse_of_omission(entries, tree, index, note):
    return accuse("omission", *entries, b"".join(tree), stet.encode(index), note)


def omissions(start):
    for extra in (0, 1, 2, 9, 20):
        for first_of_its_name in (False, True):
            book = start.cut_back(examples.PARTED)
            for number in range(extra):  # other names, so that the index is deeper
                book.append("another record", "publisher", "doi:10.5555/other.%d" % number,
                            b"other-%d" % number, {"v": 1, "type": "record", "title": "Other"})
            index, rows = book.index(), [row[:3] for row in book.index_rows()]
            name = "doi:10.5555/new" if first_of_its_name else examples.PAPER
            hidden = len(book.leaves)
            book.append("what is left out", "publisher", name, b"hidden",
                        {"v": 1, "type": "record", "title": "Hidden"})
            book.seal(index=index)
            what = "an omission behind %d names%s" % (extra, ", the first" * first_of_its_name)
            pieces = pieces_of(book, name, hidden, hidden + 1, rows)
            wanted = evidence.omission(name, *pieces)
            convicts(what, accuse_of_omission(*pieces), wanted)
            if extra == 2:
                alter(what, wanted)


def honest(start):
    """Every entry of an honest ledger before each later seal, and the seals themselves."""
    book = start.cut_back(15)
    for seal in (9, 14):
        rows = [row[:3] for row in book.cut_back(seal).index_rows()]
        for seq in range(seal):
            name = book.rows[seq]["sub"]
            pieces = pieces_of(book, name, seq, seal, rows)
            is_none("entry %d of an honest ledger" % seq, accuse_of_omission(*pieces),
                    evidence.omission(name, *pieces))


def main():
    start = examples.example_ledger()
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        forks(start)
        omissions(start)
        honest(start)
        os.chdir(HERE)
    for fault in FAULTS:
        print("evidence: " + fault)
    print("evidence: %d made by both, %d made by neither, %d altered, %d faults"
          % (TRIED["made"], TRIED["refused"], TRIED["altered"], len(FAULTS)))
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
