"""What the tests of the built command share: ledgers in folders of their own, runs of the command
with a private home, and the questions asked of a ledger after something has happened to it."""

import concurrent.futures
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

TIMEOUT = 60  # of one run; what takes longer hangs
ORIGIN = "ledger.example/crash"
KNOWN = re.compile(r"ledger/(data\.mdb|lock\.mdb|write\.lock|format|checkpoint|keys/ledger\.key"
                   r"|artifacts/[0-9a-f]{2}/[0-9a-f]{62})|state/[0-9a-f]{64}/(head|lock|(seen|checked)(\.lock)?)")


class Done:
    """How a run of the command ended."""

    def __init__(self, words, status, out, err):
        self.words, self.status, self.out, self.err = words, status, out, err
        self.text, self.error = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def __repr__(self):
        return "stet %s: exit %s\n--- stdout\n%s--- stderr\n%s---" % (
            " ".join(self.words), self.status, self.text[-1000:], self.error[-1000:])


class World:
    """One ledger with the state folder and the home of its user, all below one folder."""

    def __init__(self, stet, top):
        self.stet, self.top = stet, top
        self.ledger = os.path.join(top, "ledger")
        self.state = os.path.join(top, "state")
        self.config = os.path.join(top, "config")
        self.home = os.path.join(top, "home")

    def environment(self, **more):
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC",
               "HOME": self.home, "XDG_CONFIG_HOME": self.config, "STET_STATE": self.state,
               "TMPDIR": self.top}
        for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        env.update(more)
        return {name: value for name, value in env.items() if value is not None}

    def words(self, args):
        """The command line: -C is given to whatever works on a ledger."""
        return [self.stet] + [str(a) for a in args]

    def run(self, *args, data=None, wrap=(), env=None, cwd=None, here=True, timeout=TIMEOUT, **kw):
        """Runs `stet ARGS -C LEDGER` (here=False: without -C)."""
        words = list(args) + (["-C", self.ledger] if here else [])
        if data is None and "stdin" not in kw:
            kw["stdin"] = subprocess.DEVNULL
        if "stdout" not in kw:
            kw["stdout"] = subprocess.PIPE
        done = subprocess.run(
            list(wrap) + self.words(words), input=data, stderr=subprocess.PIPE,
            env=self.environment(**(env or {})), cwd=cwd or self.top, timeout=timeout, check=False,
            **kw)
        return Done([str(w) for w in words], done.returncode, done.stdout or b"", done.stderr)

    def start(self, *args, wrap=(), env=None, here=True, **kw):
        """The same without waiting for its end."""
        words = list(args) + (["-C", self.ledger] if here else [])
        kw.setdefault("stdin", subprocess.DEVNULL)
        kw.setdefault("stdout", subprocess.PIPE)
        kw.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen(list(wrap) + self.words(words), cwd=self.top,
                                env=self.environment(**(env or {})), **kw)

    def must(self, *args, **kw):
        done = self.run(*args, **kw)
        if done.status != 0:
            raise Fault("set-up failed: %r" % done)
        return done

    def init(self, *more):
        os.makedirs(self.home, exist_ok=True)
        self.must("init", "--origin", ORIGIN, "-q", *more)
        return self

    def copy(self, top):
        """The same world elsewhere."""
        shutil.copytree(self.top, top, symlinks=True)
        return World(self.stet, top)

    def entries(self):
        """The bytes of every entry, in order."""
        done = self.must("export", "cborseq", "-q", "--no-remember")
        return split(done.out)

    def head_folder(self):
        """Where the second copy of the head lies."""
        return os.path.join(self.state, sorted(os.listdir(self.state))[0])

    def unknown_files(self):
        """Files below the ledger and the state folder that a run which ended well does not leave."""
        found = []
        for base in (self.ledger, self.state):
            for folder, _, names in os.walk(base):
                found += [os.path.relpath(os.path.join(folder, name), self.top) for name in names]
        return sorted(path for path in found if not KNOWN.fullmatch(path))


class Fault(Exception):
    """Something is not as it must be."""


def check(condition, what, *more):
    if not condition:
        raise Fault("\n".join([what] + [repr(m) for m in more]))


def split(data):
    """The items of a CBOR sequence."""
    items, at = [], 0
    while at < len(data):
        end = skip(data, at)
        items.append(data[at:end])
        at = end
    return items


def skip(data, at):
    """The offset after the item that begins at an offset (definite lengths only)."""
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if low >= 24:
        size = 1 << (low - 24)
        value = int.from_bytes(data[at:at + size], "big")
        at += size
    else:
        value = low
    if major in (2, 3):
        return at + value
    if major in (4, 5):
        for _ in range(value * (major - 3)):
            at = skip(data, at)
    elif major == 6:
        at = skip(data, at)
    return at


@contextlib.contextmanager
def folder(name):
    """A folder that is gone afterwards, also when it was made unreadable."""
    path = tempfile.mkdtemp(prefix="stet-%s-" % name)
    try:
        yield path
    finally:
        for base, folders, _ in os.walk(path):
            for inside in folders:
                with contextlib.suppress(OSError):
                    os.chmod(os.path.join(base, inside), 0o700)
        shutil.rmtree(path, ignore_errors=True)


def one_line(done, status):
    """What a failed command owes its user: this exit status, one line, and what it is about."""
    check(done.status == status, "exit %s, not %s" % (done.status, status), done)
    lines = done.error.splitlines()
    check(len(lines) == 1, "%d lines on standard error, not one" % len(lines), done)
    check(lines[0].startswith("stet"), "a line that does not say whose it is", done)
    check(len(lines[0]) > 20, "a line that says nothing", done)
    check("Success" not in lines[0] and "errno" not in lines[0].lower(), "no reason", done)
    return lines[0]


def cores():
    return max(1, min(4, len(os.sched_getaffinity(0))))


class Report:
    """Counts what was tried, keeps what went wrong, ends the program."""

    def __init__(self, name):
        self.name, self.faults, self.counts, self.begun = name, [], {}, time.monotonic()

    def count(self, what, number=1):
        self.counts[what] = self.counts.get(what, 0) + number

    def fault(self, what, why):
        self.faults.append((what, why))

    def attempt(self, what, call, *args):
        """Runs a case; a Fault is noted and the rest goes on."""
        try:
            result = call(*args)
            self.count("cases")
            return result
        except (Fault, subprocess.TimeoutExpired, OSError) as why:
            self.fault(what, why)
            return None

    def attempt_all(self, cases, call):
        """cases: (what, argument...); on all cores."""
        with concurrent.futures.ThreadPoolExecutor(cores()) as pool:
            waiting = [pool.submit(self.attempt, case[0], call, *case[1:]) for case in cases]
            return [each.result() for each in waiting]

    def say(self, text):
        print("%s: %s" % (self.name, text), flush=True)

    def finish(self):
        for what, why in self.faults:
            print("FAILED %s\n  %s" % (what, str(why).replace("\n", "\n  ")))
        cases = self.counts.get("cases", 0)
        self.say("%d cases, %d failed, %.0f s" % (
            cases + len(self.faults), len(self.faults), time.monotonic() - self.begun))
        sys.exit(1 if self.faults or cases == 0 else 0)


def binary():
    """The command under test: the first argument, else $STET."""
    words = [a for a in sys.argv[1:] if not a.startswith("-")]
    path = words[0] if words else os.environ.get("STET", "")
    if not os.access(path, os.X_OK) or not os.path.isfile(path):
        raise SystemExit("%s: give the stet command as argument or in $STET"
                         % os.path.basename(sys.argv[0]))
    return os.path.abspath(path)
