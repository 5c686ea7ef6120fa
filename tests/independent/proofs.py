"""proofs.py STET: the second implementation verifies proofs that the command made, and refuses what
was done to them.
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import stet_proof
from stet_reference import Refused, Unknown, decode, encode

STET = os.path.realpath(sys.argv[1])
FAULTS = []


def stet(*words):
    done = subprocess.run([STET, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SystemExit("proofs: %s ended with %d: %s"
                         % (" ".join(words), done.returncode, done.stderr.decode()))
    return done.stdout.decode().strip()


def expect(what, condition):
    if not condition:
        FAULTS.append(what)


def second(path, *words):
    done = subprocess.run([sys.executable, "-I", "-S", os.path.join(HERE, "stet_proof.py"), path, *words],
                          stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode()


def is_refused(data, vkey):
    try:
        stet_proof.verify(data, vkey)
    except (Refused, Unknown):
        return True
    return False


def alter(data, vkey):
    """Bits here and there, some lengths, and each entry left out."""
    count = 0
    for at in range(40, len(data), 37):
        other = bytearray(data)
        other[at] ^= 1 << at % 8
        expect("bit %d of byte %d may be altered" % (at % 8, at), is_refused(bytes(other), vkey))
        expect("%d bytes are enough" % at, is_refused(data[:at], vkey))
        count += 2
    file = decode(data)
    for at in range(len(file["entries"])):
        less = dict(file, entries=file["entries"][:at] + file["entries"][at + 1:])
        expect("entry %d may be left out" % at, is_refused(encode(less), vkey))
        count += 1
    return count


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        os.environ.update(HOME=scratch, XDG_CONFIG_HOME=scratch + "/config",
                          STET_STATE=scratch + "/state", STET_TEST_NOW="1783000000000")
        os.environ.pop("STET_LEDGER", None)
        stet("init", "--origin", "test.example/ledger")
        stet("record", "10.1234/a", "--title", "One", "--alias", "10.1234/b")
        stet("correct", "10.1234/a", "--set", "title=Another", "--note", "a misprint")
        for number in range(40):
            stet("record", "10.1234/other.%d" % number, "--title", "Other")
        stet("retract", "10.1234/b", "--notice", "none", "--decided-by", "editor:The office")
        vkey, altered, checked = stet("checkpoint", "--vkey"), 0, 0
        for names in (["10.1234/a"], ["10.1234/b"], ["10.1234/nothing"], ["stet:ledger"],
                      ["10.1234/a", "10.1234/other.7", "10.1234/nothing"]):
            stet("prove", *names, "-o", "proof")
            status, text = second("proof", "--vkey", vkey)
            expect("%s: %s" % (names, text), status == 0 and "yes: complete" in text)
            expect("%s without a key" % names, second("proof")[0] == 3)
            checked += 1
        stet("prove", "10.1234/b", "-o", "proof")
        _, text = second("proof", "--vkey", vkey)
        expect("the alias leads nowhere: " + text, " doi:10.1234/b" in text)
        stet("prove", "10.1234/a", "-o", "proof")
        with open("proof", "rb") as file:
            data = file.read()
        altered = alter(data, vkey)
        # Who knows the first ledger key follows the changes to the newest.
        stet("key", "rotate")
        stet("record", "10.1234/late", "--title", "Late")
        stet("prove", "10.1234/a", "-o", "proof")
        for key in (vkey, stet("checkpoint", "--vkey")):
            status, text = second("proof", "--vkey", key)
            expect("after a change of the ledger key: " + text, status == 0)
        with open("proof", "rb") as file:
            proof = decode(file.read())
        expect("one change is shown", len(proof["rotations"]) == 1)
        expect("the change may be cut off", is_refused(encode(dict(proof, rotations=[])), vkey))
        print("proofs: %d verified, %d alterations refused" % (checked, altered - len(FAULTS)))
    for fault in FAULTS:
        print("proofs: " + fault)
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
