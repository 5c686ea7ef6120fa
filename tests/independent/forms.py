"""forms.py STET ROOT [GO]: what stet hands out before readers that share no line with it.

A ledger is made with the command. Its checkpoint and an entry's receipts in all three forms are
verified by stet_receipts.py, run as `python3 -I -S`, and its tiles, at two sizes, by a Go program on
golang.org/x/mod (only where GO, the compiler, is given). Altered copies are refused by both, and by
`stet check`.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
STET, ROOT, GO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), (sys.argv[3:] or [None])[0]
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import stet_receipts  # noqa: E402

READER = [sys.executable, "-I", "-S", os.path.join(HERE, "stet_receipts.py")]
FAULTS = []


def run(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          **options)


def must(*words):
    done = run(STET, *words)
    if done.returncode != 0:
        sys.exit("forms: stet %s: %s" % (" ".join(words), done.stderr.decode()))
    return done.stdout


def expect(what, status, wanted):
    if status not in wanted:
        FAULTS.append("%s: exit %d" % (what, status))


def make_ledger():
    must("init", "--origin", "test.example/ledger", "-q")
    must("import", "records", os.path.join(ROOT, "tests/data/records/records.json"), "--as",
         "working", "-q")
    must("record", "10.1234/a", "--title", "One", "--as", "working")
    return must("checkpoint", "--vkey").decode().strip()


def alter(data):
    """Copies of which each has one bit flipped, or is cut; spread over the whole."""
    step = max(1, len(data) // 24)
    for at in range(0, len(data), step):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        yield "bit %d of byte %d" % (at % 8, at), bytes(changed)
        yield "cut at %d" % at, data[:at]


def judge_receipts(vkey):
    files = [("head.note", None)]
    with open("head.note", "wb") as file:
        file.write(must("checkpoint", "show"))
    for form in ("tlog-proof", "receipt", "transparent-statement"):
        must("prove", "--entry", "10.1234/a", "--as", form, "-o", form)
        files.append((form, None))
    with open("transparent-statement", "rb") as file:
        protected, _, payload, signature = stet_receipts.items_of(file.read())
    with open("statement", "wb") as file:
        file.write(stet_receipts.stet.encode(
            stet_receipts.stet.Sign1([protected, {}, payload, signature])))
    files[2] = ("receipt", "statement")
    count = 0
    for name, entry in files:
        more = ["--entry", entry] if entry else []
        done = run(*READER, name, "--vkey", vkey, *more)
        expect("%s, reference: %s" % (name, done.stdout.decode()), done.returncode, (0,))
        expect("%s, stet" % name, run(STET, "check", name, "--key", vkey, *more).returncode, (0,))
        with open(name, "rb") as file:
            data = file.read()
        for what, altered in alter(data):
            with open("altered", "wb") as file:
                file.write(altered)
            status, line = stet_receipts.answer("altered", vkey, entry)
            expect("%s, %s, reference: %s" % (name, what, line), status, (1, 3))
            expect("%s, %s, stet" % (name, what),
                   run(STET, "check", "altered", "--key", vkey, *more).returncode, (1, 3))
            count += 1
    return len(files), count


def judge_tiles(program, vkey):
    """The tiles of now; of an update; and with a byte altered."""
    must("export", "tiles", "-o", "log", "-q")
    done = run(program, "log", vkey)
    expect("tiles: %s" % done.stdout.decode(), done.returncode, (0,))
    for number in range(5):
        must("record", "10.1234/later.%d" % number, "--title", "Later", "--as", "working")
    must("export", "tiles", "-o", "log", "--update", "-q")
    done = run(program, "log", vkey)
    expect("tiles after an update: %s" % done.stdout.decode(), done.returncode, (0,))
    print(done.stdout.decode().strip())
    for name in ("tile/0/000", "tile/entries/001", "checkpoint"):
        shutil.copyfile(os.path.join("log", name), "kept")
        with open(os.path.join("log", name), "r+b") as file:
            file.seek(30)
            byte = file.read(1)
            file.seek(30)
            file.write(bytes([byte[0] ^ 1]))
        expect("altered %s, Go" % name, run(program, "log", vkey).returncode, (1,))
        expect("altered %s, stet" % name, run(STET, "check", "log", "--key", vkey, "-q").returncode,
               (1,))
        shutil.copyfile("kept", os.path.join("log", name))
    expect("tiles, stet", run(STET, "check", "log", "--key", vkey, "-q").returncode, (0,))


def build(scratch):
    """Without modules and without a network: Debian's golang-golang-x-mod-dev has the sources."""
    program = os.path.join(scratch, "tiles")
    env = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="",
               GOCACHE=os.path.join(scratch, "cache"), GOPROXY="off", CGO_ENABLED="0")
    done = run(GO, "build", "-o", program, os.path.join(HERE, "tiles", "main.go"), env=env)
    if done.returncode != 0:
        sys.exit("forms: %s" % done.stderr.decode())
    return program


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        for name in ("STET_LEDGER", "STET_KEY", "STET_TEST_NOW"):
            os.environ.pop(name, None)
        os.environ.update(HOME=scratch, XDG_CONFIG_HOME=scratch + "/config",
                          STET_STATE=scratch + "/state")
        vkey = make_ledger()
        files, altered = judge_receipts(vkey)
        if GO:
            judge_tiles(build(scratch), vkey)
        os.chdir("/")
    for fault in FAULTS[:20]:
        print("forms:", fault)
    print("forms: %d files, %d altered copies, %s, %d faults" % (
        files, altered, "tiles by Go" if GO else "no Go here", len(FAULTS)))
    return 1 if FAULTS else 0


sys.exit(main())
