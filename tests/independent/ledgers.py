"""ledgers.py WRITE_LEDGER RESTORE_LEDGER: the library's ledger before the reference, and the
reference's ledger before the library.

Both write, both read, neither shares a line with the other: what one of them lets pass and the
other does not is a fault of one of them, or of docs/format.md.
"""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "..", "vectors", "format")
REFERENCE = [sys.executable, "-I", "-S", os.path.join(HERE, "stet_reference.py")]
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import stet_reference as stet  # noqa: E402


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def save(path, data):
    with open(path, "wb") as file:
        file.write(data)


def entries_of(data):
    entries, at = [], 0
    while at < len(data):
        entries.append(stet.decode_first(data, at))
        at += len(entries[-1])
    return entries


def altered(entries):
    """(what, bytes): copies that are no ledger any more, one entry concerned in each."""
    for seq, entry in enumerate(entries):
        flipped = bytearray(entry)
        flipped[(37 * seq + 11) % len(entry)] ^= 1 << seq % 8
        yield "bit in entry %d" % seq, entries[:seq] + [bytes(flipped)] + entries[seq + 1 :]
        if 0 < seq < len(entries) - 1:
            yield "entry %d dropped" % seq, entries[:seq] + entries[seq + 1 :]
            yield "entry %d doubled" % seq, entries[: seq + 1] + entries[seq:]
            yield "entry %d moved" % seq, (entries[: seq - 1] + [entries[seq], entries[seq - 1]]
                                           + entries[seq + 1 :])
    yield "cut inside the last entry", entries[:-1] + [entries[-1][:-1]]


def check(condition, what):
    if not condition:
        raise SystemExit("ledgers: %s" % what)


def library_before_reference(folder, write_ledger):
    """The reference says yes to what the library wrote and no to every altered copy."""
    status, vkey, errors = run(write_ledger, folder)
    check(status == 0, "write_ledger: %s" % errors)
    path, vkey = os.path.join(folder, "ledger.cborseq"), vkey.strip()
    status, answer, _ = run(*REFERENCE, "verify", path, "--vkey", vkey)
    check(status == 0 and answer.startswith("yes: "), answer)
    status, wrong, _ = run(*REFERENCE, "verify", path, "--vkey",
                           stet.make_vkey("ledger.example/independent", bytes(32)))
    check(status == 1, "verified by a key that is not the ledger's: %s" % wrong)
    with open(path, "rb") as file:
        entries = entries_of(file.read())
    tried = 0
    for what, copy in list(altered(entries))[::5] + [("last seal cut off", entries[:-1])]:
        try:
            stet.verify(b"".join(copy), vkey)
        except (stet.Refused, stet.Unknown):
            tried += 1
            continue
        raise SystemExit("ledgers: the reference accepts: %s" % what)
    return answer.strip(), tried


def reference_before_library(folder, restore_ledger):
    """The library restores the example ledger to the same checkpoint, and no altered copy."""
    with open(os.path.join(VECTORS, "note.json"), encoding="ascii") as file:
        note = json.load(file)["checkpoints"][-1]["note"]
    with open(os.path.join(VECTORS, "ledger.cborseq"), "rb") as file:
        entries = entries_of(file.read())
    path = os.path.join(folder, "copy.cborseq")
    save(path, b"".join(entries))
    status, got, errors = run(restore_ledger, os.path.join(folder, "good"), path, "5")
    check(status == 0 and got == note, "the example ledger is not restored: %s%s" % (errors, got))
    tried = 0
    for number, (what, copy) in enumerate(altered(entries)):
        save(path, b"".join(copy))
        status, _, errors = run(restore_ledger, os.path.join(folder, str(number)), path, "5")
        check(status == 1, "%s: exit status %d of restore: %s" % (what, status, errors))
        tried += 1
    return tried


def main():
    write_ledger, restore_ledger = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        answer, refused = library_before_reference(folder, write_ledger)
        print("reference: %s" % answer)
        print("reference: %d altered copies refused" % refused)
        refused = reference_before_library(folder, restore_ledger)
        print("library: the example ledger restored to its checkpoint, %d altered copies refused"
              % refused)


main()
