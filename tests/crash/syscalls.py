"""syscalls.py [STET]: the command killed at, and failed in, each of its system calls.

Each operation runs once under strace, which shows the calls it makes on its files. Then it runs again
and again on a fresh copy of the same ledger: killed (SIGKILL) before each call that writes, that is,
after each one before it; with EIO and with ENOSPC in its place, and with EIO in it and all of its kind
that follow; and with EIO in each call that only reads. (Without --all, EIO and ENOSPC take turns: a
call gets one of them, the next call of its kind the other.) After every one of these runs:

  - entries that were there are there with the same bytes; of what the run was to add, all of a batch
    is there or nothing of it; what the run had answered for is there
  - the status is 0 or 3, never 1 ("no") or a death of its own, and 3 comes with one line that says
    whether the entries are in the ledger
  - the next append goes on, and then the ledger verifies
  - no temporary file is left twice

A disk that fails while it takes the header leaves "it is not known"; a disk that lies about it is
found out when what was written is read back.

-v prints each case; --only WORD runs the operations whose name contains WORD; --all fails every writing
call in both ways, and the reading calls of every operation, not only of those that append, change the
key or erase.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import lab
from lab import check

# Those that change a file, a folder or what is on the disk.
WRITING = set("""creat write writev pwrite64 pwritev pwritev2 sendfile copy_file_range splice fsync
    fdatasync syncfs sync_file_range msync rename renameat renameat2 link linkat symlink symlinkat mkdir
    mkdirat mknod mknodat unlink unlinkat rmdir truncate ftruncate fallocate chmod fchmod fchmodat
    chown fchown fchownat utimensat""".split())
OPENING = {"open", "openat"}
FILLING = OPENING | {"write", "fchmod", "mkdirat", "fchmodat", "unlinkat"}
READING = set("""read readv pread64 preadv fstat newfstatat stat lstat statx statfs fstatfs lseek
    getdents64 readlink readlinkat faccessat faccessat2 access mmap fcntl flock close""".split())
TRACED = sorted(WRITING | OPENING | READING)
LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
# What the new attempt at the same work leaves in place of what a killed one left.
TEMPORARY_MAX = 4


class Call:
    """One system call of a run: the nth of its kind, and whether it writes."""

    def __init__(self, name, nth, text, writes):
        self.name, self.nth, self.text, self.writes = name, nth, text, writes

    def __repr__(self):
        return "%s #%d (%s)" % (self.name, self.nth, self.text[:120])


def strace(log, *inject):
    words = ["strace", "-f", "-y", "-qq", "-s", "64", "-o", log]
    for each in inject:
        words += ["-e", "inject=" + each]
    return words


def calls_of(log, top):
    """The calls of the first thread on files below top, or on standard output and error."""
    found, counts, first = [], {}, None
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = LINE.match(line)
            if match is None:
                continue
            thread, name, rest = match.groups()
            first = first or thread
            if thread != first:
                check(name not in WRITING or top not in rest, "a second thread writes: " + line)
                continue
            counts[name] = counts.get(name, 0) + 1
            opens = name in OPENING and re.search(r"O_CREAT|O_TRUNC|O_WRONLY|O_RDWR", rest)
            writes = name in WRITING or bool(opens)
            ours = top in rest or (name in ("write", "writev") and re.match(r"[12]<", rest))
            if ours:
                found.append(Call(name, counts[name], rest.strip(), writes))
    return found


class Operation:
    """Something the command does; new: how many entries it adds (a list: after each batch).

    every: of the calls that fill files and make folders, of which there are as many as files, one in
    so many (--all: each)."""

    def __init__(self, name, args, prepare=None, data=None, after=None, here=True, reads=False,
                 every=1, answer=0):
        self.name, self.args, self.prepare, self.data = name, args, prepare, data
        self.after, self.here, self.reads = after, here, reads
        self.every, self.answer = every, answer
        self.sizes = None

    def run(self, world, wrap=()):
        return world.run(*[a.replace("@", world.top) for a in self.args], wrap=wrap,
                         data=self.data, here=self.here, cwd="/")


class Bench:
    """The worlds the operations begin from."""

    def __init__(self, stet, top):
        self.stet, self.top, self.number = stet, top, 0
        self.base = lab.World(stet, os.path.join(top, "base")).init()
        self.base.must("record", "10.5281/zenodo.1", "--title", "The first", "--id", "first")
        content = os.path.join(self.base.top, "content")
        with open(content, "wb") as file:
            file.write(bytes(range(256)) * 300)
        self.base.must("artifact", "10.5281/zenodo.1", "document=" + content, "--id", "content")
        with open(os.path.join(self.base.top, "other"), "wb") as file:
            file.write(b"another content\n" * 9000)
        self.before = self.base.entries()

    def world(self, operation, name):
        world = self.base.copy(os.path.join(self.top, name))
        if operation.prepare is not None:
            operation.prepare(world)
        return world


# --- what must hold after a run ----------------------------------------------------------------------


def entries_now(world, operation, before):
    """How many entries the run has added; all of a batch or nothing of it."""
    entries = world.entries()
    check(entries[:len(before)] == before, "entries that were there are not")
    added = len(entries) - len(before)
    check(added in operation.sizes, "%d entries were added, not one of %s: a batch in part"
          % (added, operation.sizes))
    return entries, added


def check_answers(done, operation, added):
    """What the run said about the entries is so."""
    most = operation.sizes[-1]
    if done.status == 0:
        check(added == most, "exit 0 with %d of %d entries" % (added, most), done)
    acknowledged = len(re.findall(r"^appended \d+ ", done.text, re.M))
    check(acknowledged == 0 or added == most, "an answered entry is not there", done)
    if done.status != 3:
        return
    line = lab.one_line(done, 3)
    says_there = re.search("entries are in the ledger|was carried out|are appended", line)
    says_unsure = "not known" in line
    if added == most and most > 0:
        check(says_there or says_unsure, "the entries are there and the line does not say so", done)
    if added == 0 and most > 0:
        check(not says_there, "the line says that the entries are there", done)


def go_on(world, entries=None):
    """The next append, and the verification of everything; entries: what is there by now."""
    entries = world.entries() if entries is None else entries
    done = world.run("record", "10.5281/zenodo.7777", "--title", "The next", "--id", "next-one")
    check(done.status == 0, "the next append does not go on", done)
    after = world.entries()
    check(after[:len(entries)] == entries and len(after) == len(entries) + 2,
          "the next append changed what was there")
    done = world.run("verify", "-q")
    check(done.status == 0, "does not verify after the next append", done)


def judge(bench, operation, call, how, number):
    """One run with one fault, and all that must hold after it."""
    world = bench.world(operation, "%s-%d" % (operation.name.replace(" ", "-"), number))
    log = os.path.join(world.top, "strace.log")
    log_limit = ["-e", "trace=" + call.name]
    if not how.startswith("signal="):  # a signal does not come that way
        log_limit.append("--seccomp-bpf")
    before = world.entries() if os.path.isdir(world.ledger) else []
    how, last = (how[:-1], "+") if how.endswith("+") else (how, "")
    done = operation.run(
        world, strace(log, "%s:%s:when=%d%s" % (call.name, how, call.nth, last)) + log_limit)
    with open(log, encoding="utf-8", errors="replace") as file:
        happened = file.read()
    killed = how.startswith("signal=")
    if killed:
        check(done.status == -9, "was to be killed", done, call)
    else:
        check("INJECTED" in happened, "the call did not come", done, call)
        check(done.status in (operation.answer, 3), "neither done nor 'could not'", done, call)
        if "ENOSPC" in how and done.status == 3 and call.name in WRITING:
            check("No space" in done.error or "full" in done.error or "no room" in done.error,
                  "does not say that the disk is full", done, call)
    if operation.after is not None:
        operation.after(bench, world, operation, done, call)
    else:
        entries, added = entries_now(world, operation, before)
        if not killed:
            check_answers(done, operation, added)
        check(len(world.unknown_files()) <= TEMPORARY_MAX, "temporary files", world.unknown_files())
        go_on(world, entries)
    shutil.rmtree(world.top)
    return done.status


def measure(bench, operation):
    """The run as it is when nothing fails: its calls, and what it adds."""
    world = bench.world(operation, operation.name.replace(" ", "-") + "-whole")
    before = world.entries() if os.path.isdir(world.ledger) else []
    log = os.path.join(world.top, "strace.log")
    done = operation.run(world, strace(log) + ["-e", "trace=" + ",".join(TRACED)])
    check(done.status == operation.answer, "the operation does not work when nothing fails", done)
    operation.sizes = operation.sizes or [0, len(world.entries()) - len(before)]
    check(not world.unknown_files(), "leaves temporary files", world.unknown_files())
    calls = calls_of(log, bench.top)
    shutil.rmtree(world.top)
    return calls


# --- the operations ----------------------------------------------------------------------------------


def forget_head(world):
    os.remove(os.path.join(world.head_folder(), "head"))


def is_world(world):
    return os.path.exists(os.path.join(world.ledger, "format"))


def after_adopt(bench, world, operation, done, call):
    """Without the head nothing is sealed; adopting again, or not having to, leads out of it."""
    check(world.entries() == bench.before, "adopting changed the ledger")
    again = world.run("checkpoint", "adopt", os.path.join(world.ledger, "checkpoint"))
    check(again.status in (0, 1), "adopting again", again)
    check(again.status == 0 or "adopt-older" in again.error, "adopting again", again)
    go_on(world)


def after_backup(bench, world, operation, done, call):
    """The copy is whole or no ledger, the ledger is as it was, and another copy can be made."""
    copy = os.path.join(world.top, "copy")
    check(world.entries() == bench.before, "the backup changed the ledger")
    whole = os.path.exists(os.path.join(copy, "format"))
    check(whole or done.status != 0, "exit 0 without a copy", done)
    read = lab.World(world.stet, world.top)
    read.ledger = copy
    if whole:
        check(read.entries() == bench.before, "the copy has other entries")
        verified = read.run("verify", "-q")
        check(verified.status == 0, "the copy does not verify", verified, done)
    elif done.status == 3:
        lab.one_line(done, 3)
        check(not os.path.exists(copy) or os.listdir(copy) == [], "half a copy is left",
              os.listdir(copy) if os.path.exists(copy) else None, done)
    again = world.run("backup", "-q", os.path.join(world.top, "copy-2"))
    check(again.status == 0, "the next backup fails", again)
    go_on(world)


def after_restore(bench, world, operation, done, call):
    """The new ledger is whole or no ledger."""
    copy = os.path.join(world.top, "restored")
    read = lab.World(world.stet, world.top)
    read.ledger = copy
    whole = os.path.exists(os.path.join(copy, "format"))
    check(whole or done.status != 0, "exit 0 without a ledger", done)
    if whole:
        check(read.entries() == bench.before, "restored other entries")
        verified = read.run("verify", "-q", "--no-artifacts")
        check(verified.status == 0, "the restored ledger does not verify", verified, done)
    elif done.status == 3:
        lab.one_line(done, 3)
        check(not os.path.exists(copy) or os.listdir(copy) == [], "half a ledger is left", done)
    shutil.rmtree(copy, ignore_errors=True)
    again = operation.run(world)
    check(again.status == 0, "restoring again fails", again)
    check(read.entries() == bench.before, "restoring again gives other entries")
    go_on(world)


def after_init(bench, world, operation, done, call):
    """A ledger that can be used, or no ledger and a second try that works."""
    if is_world(world):
        check(done.status in (0, 3, -9), "a ledger and exit %s" % done.status, done)
        if done.status == 3:
            lab.one_line(done, 3)
        verified = world.run("verify", "-q")
        check(verified.status == 0, "the new ledger does not verify", verified, done)
        return
    check(done.status != 0, "exit 0 without a ledger", done)
    if done.status == 3:
        lab.one_line(done, 3)
        check(not os.path.exists(world.ledger) or os.listdir(world.ledger) == [],
              "half a ledger is left", done)
    shutil.rmtree(world.ledger, ignore_errors=True)
    shutil.rmtree(world.config, ignore_errors=True)
    again = operation.run(world)
    check(again.status == 0, "making it again fails", again)
    go_on(world)


def without_ledger(world):
    for path in (world.ledger, world.state, world.config):
        shutil.rmtree(path)


def after_reindex(bench, world, operation, done, call):
    check(world.entries() == bench.before, "reindexing changed the entries")
    if done.status == 3:
        lab.one_line(done, 3)
    go_on(world)


def after_output(bench, world, operation, done, call):
    """The file is whole or not there."""
    path = os.path.join(world.top, "out")
    check(os.path.exists(path) or done.status != 0, "exit 0 without the file", done)
    if os.path.exists(path):
        with open(path, "rb") as file:
            check(lab.split(file.read()) == bench.before, "half a file", done)
    if done.status == 3:
        lab.one_line(done, 3)
    check(world.entries() == bench.before, "exporting changed the ledger")


def forget_read(world):
    """Something older than the ledger was read here last."""
    world.must("stats")
    world.must("record", "10.5281/zenodo.1", "--title", "The first", "--id", "since-then")


def warnings_of(done):
    """What a read says that could not remember what it read."""
    return [line for line in done.error.splitlines() if "without all of its memory" in line]


def one_line_else(done, warnings):
    rest = "".join(line + "\n" for line in done.error.splitlines() if line not in warnings)
    lab.one_line(lab.Done(done.words, 3, done.out, rest.encode()), 3)


def after_read(bench, world, operation, done, call):
    """Nobody's answer depends on a place to remember; what is remembered is the head from before or
    the new one, whole, and the next read goes on from it."""
    warnings = warnings_of(done)
    check(len(warnings) <= 1, "more than one warning", done)
    if done.status == 0:
        check("The first" in done.text, "exit 0 without the answer", done)
        check(done.error.splitlines() == warnings, "exit 0 and a complaint", done)
    elif done.status == 3:
        one_line_else(done, warnings)
    kept = world.run("checkpoint", "remembered", here=False)
    check(kept.status == 0 and "damaged" not in kept.text, "half a memory", kept, done)
    sizes = [int(size) for size in re.findall(r"size +(\d+) entries", kept.text)]
    now = len(world.entries())
    check(sizes in ([now - 2], [now]), "what was remembered is lost", kept, done)
    again = operation.run(world)
    check(again.status == 0 and again.error == "", "the next read", again)
    kept = world.run("checkpoint", "remembered", here=False)
    check("%d entries" % now in kept.text, "the next read does not remember", kept)
    check(len(world.unknown_files()) == 0, "temporary files", world.unknown_files())
    go_on(world)


def files_below(folder):
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def exported_once(world):
    """A storage root, and then something more to say."""
    world.must("export", "ocfl", "--all", "-q", "-o", os.path.join(world.top, "ocfl"))
    shutil.copytree(os.path.join(world.top, "ocfl"), os.path.join(world.top, "ocfl-before"))
    world.must("correct", "10.5281/zenodo.1", "--set", "title=Another", "--note", "n", "--notice",
               "none", "--id", "more")
    world.must("record", "10.5281/zenodo.2", "--title", "The second", "--id", "second")


def after_ocfl(bench, world, operation, done, call):
    """Earlier versions are as they were; the same command again makes it what it was to be."""
    root, before = os.path.join(world.top, "ocfl"), os.path.join(world.top, "ocfl-before")
    key = world.must("checkpoint", "show", "--vkey").text.strip()
    if done.status == 3:
        one_line_else(done, warnings_of(done))
    for path, content in files_below(before).items():
        now = files_below(root).get(path)
        check(now is not None, "'%s' is gone" % path, done)
        check(now == content or re.search(r"/[^v/][^/]*/inventory\.json(\.sha512)?$", path),
              "'%s' was touched" % path, done)
    # Killed or failed between a version and its listing, it is the next run that makes it good.
    if os.path.exists(root) and done.status == 0:
        judged = world.run("check", root, "--key", key, here=False)
        check(judged.status == 0, "is no OCFL", judged, done)
    left = [name for name in os.listdir(world.top) if ".partial-" in name]
    check(len(left) <= (done.status == -9 or call.name in ("unlinkat", "rename")),
          "left there: %s" % left, done)
    again = operation.run(world)
    check(again.status == 0, "the same again does not go on", again, done)
    judged = world.run("check", root, "--key", key, here=False)
    check(judged.status == 0 and "warning" not in judged.text, "is no OCFL", judged, done)
    world.must("export", "ocfl", "--all", "-q", "-o", os.path.join(world.top, "anew"))
    if not os.path.exists(before):
        check(files_below(root) == files_below(os.path.join(world.top, "anew")),
              "written in two runs it is another", done)
    else:
        check(sum("/v2/" in path for path in files_below(root)) > 10, "no second version", done)
    nothing = operation.run(world)
    check("0 new versions" in nothing.text, "it goes on adding", nothing)


def with_fork(world):
    """A copy of the ledger that has gone on by itself, as the ledger has."""
    fork = lab.World(world.stet, world.top)
    fork.ledger, fork.state = world.ledger + "-copy", world.state + "-copy"
    shutil.copytree(world.ledger, fork.ledger)
    shutil.copytree(world.state, fork.state)
    fork.must("record", "10.5281/zenodo.2", "--title", "There", "--id", "there")
    world.must("record", "10.5281/zenodo.2", "--title", "Here", "--id", "here")


def after_evidence(bench, world, operation, done, call):
    """The evidence is whole or not there, and a fork that was not told is no answer."""
    path = os.path.join(world.top, "out")
    check(os.path.exists(path) or done.status != 1, "exit 1 without the file", done)
    if os.path.exists(path):
        key = world.must("checkpoint", "show", "--vkey").text.strip()
        judged = world.run("check", path, "--key", key, here=False)
        check(judged.status == 0, "half a file, or one that convicts nobody", judged, done)
    if done.status == 3:
        lab.one_line(done, 3)
    check(len(world.entries()) == len(bench.before) + 2, "comparing changed the ledger")


def check_words(world, name):
    return ["check", "@/%s.note" % name, "--key", world.must("checkpoint", "--vkey").text.strip()]


def check_older(world):
    """A reader elsewhere has checked something older of the ledger."""
    for name in ("old", "new"):
        with open(os.path.join(world.top, name + ".note"), "w", encoding="utf-8") as file:
            file.write(world.must("checkpoint", "--no-remember").text)
        if name == "old":
            world.must("record", "10.5281/zenodo.1", "--title", "The first", "--id", "since-then")
    words = check_words(world, "old")
    os.rename(world.state, world.state + ".writer")
    world.must(*[w.replace("@", world.top) for w in words], here=False)


def after_check(bench, world, operation, done, call):
    """What is remembered is the head from before or the new one, whole, and the same again is
    accepted and remembered."""
    if done.status == 0:
        check("verified" in done.text, "exit 0 without the answer", done)
    elif done.status == 3:
        check("could not find out" in done.text or lab.one_line(done, 3), "says nothing", done)
    kept = world.run("checkpoint", "remembered", here=False)
    check(kept.status == 0 and "damaged" not in kept.text, "half a memory", kept, done)
    with open(os.path.join(world.top, "new.note"), encoding="utf-8") as file:
        now = int(file.read().splitlines()[1])
    sizes = [int(size) for size in re.findall(r"size +(\d+) entries", kept.text)]
    check(sizes in ([now - 2], [now]), "what was remembered is lost", kept, done)
    again = operation.run(world)
    check(again.status == 0 and again.error == "", "the next check", again)
    kept = world.run("checkpoint", "remembered", here=False)
    check("%d entries" % now in kept.text, "the next check does not remember", kept)
    shutil.rmtree(world.state)
    os.rename(world.state + ".writer", world.state)
    go_on(world)


def after_withhold(bench, world, operation, done, call):
    """The statement comes before the erasure; the same command again completes it."""
    before = bench.before
    _, added = entries_now(world, operation, before)
    if done.status == 0:
        check(added == operation.sizes[-1], "exit 0 without the entry", done)
    if done.status == 3:  # what it has erased by then is said before
        done.err = done.err.splitlines()[-1] if b"erased" in done.err.split(b"\n")[0] else done.err
        lab.one_line(lab.Done(done.words, 3, done.out, done.err), 3)
    again = operation.run(world)
    check(again.status == 0, "withholding again", again)
    gone = os.path.join(world.ledger, "artifacts", bench.digest[:2], bench.digest[2:])
    check(not os.path.exists(gone), "the content is still there", again)
    go_on(world)


def operations(bench):
    lines = b"".join(b'{"type":"record","subject":"doi:10.5281/zenodo.%d","id":"line-%d",'
                     b'"title":"Number %d %s"}\n' % (5000 + i, i, i, b"x" * 300)
                     for i in range(40))
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(os.path.join(root, "data", "records", "records.json"), "rb") as file:
        rows = json.load(file)[:3]
    records = os.path.join(bench.base.top, "records.json")
    with open(records, "w", encoding="utf-8") as file:
        json.dump(rows, file)
    with open(os.path.join(bench.base.top, "entries"), "wb") as file:
        file.write(b"".join(bench.before))
    for name in os.listdir(os.path.join(bench.base.ledger, "artifacts")):
        for inside in os.listdir(os.path.join(bench.base.ledger, "artifacts", name)):
            bench.digest = name + inside
    imported = Operation("import", ["import", "records", "@/records.json", "-q", "--batch", "8"])
    key = Operation("key rotate", ["key", "rotate"], reads=True)
    return [
        Operation("append", ["record", "10.5281/zenodo.2", "--title", "Two", "--id", "two"],
                  reads=True),
        Operation("append attached", ["record", "10.5281/zenodo.2", "--title", "Two", "--id",
                                      "two", "--attach", "document=@/other"], reads=True),
        Operation("append lines", ["append", "-"], data=lines),
        imported, key,
        Operation("withhold", ["withhold", "10.5281/zenodo.1", "--sha256", bench.digest,
                               "--ground", "an order", "--id", "withheld", "--no-after"],
                  after=after_withhold, reads=True),
        Operation("checkpoint adopt", ["checkpoint", "adopt", "@/ledger/checkpoint"],
                  prepare=forget_head, after=after_adopt),
        Operation("reindex", ["reindex", "-q"], after=after_reindex),
        Operation("backup", ["backup", "-q", "@/copy"], after=after_backup),
        Operation("restore", ["restore", "-q", "@/entries", "@/restored", "--artifacts",
                              "@/ledger/artifacts", "--key", "@/ledger/keys/ledger.key"], after=after_restore, here=False),
        Operation("show", ["show", "10.5281/zenodo.1"], prepare=forget_read, after=after_read,
                  reads=True),
        Operation("ocfl", ["export", "ocfl", "--all", "-q", "-o", "@/ocfl"], after=after_ocfl,
                  every=7),
        Operation("ocfl again", ["export", "ocfl", "--all", "-q", "-o", "@/ocfl"],
                  prepare=exported_once, after=after_ocfl, every=11),
        Operation("check", check_words(bench.base, "new"), prepare=check_older,
                  after=after_check, here=False, reads=True),
        Operation("export", ["export", "cborseq", "-q", "-o", "@/out"], after=after_output),
        Operation("compare", ["compare", "@/ledger", "@/ledger-copy", "-q", "-o", "@/out"],
                  prepare=with_fork, after=after_evidence, here=False, reads=True, answer=1),
        Operation("init", ["init", "-q", "--origin", lab.ORIGIN], prepare=without_ledger,
                  after=after_init),
    ]


def batch_sizes(bench, operation):
    """How many entries an import has added after each of its batches."""
    world = bench.world(operation, "sizes")
    before = len(bench.before)
    operation.run(world)
    seals = [seq for seq, line in enumerate(world.must("export", "jsonl", "-q").text.splitlines())
             if json.loads(line)["statement"]["type"] == "seal"]
    shutil.rmtree(world.top)
    return [0] + [seq + 1 - before for seq in seals if seq >= before]


def can_trace(report):
    with lab.folder("trace") as top:
        log = os.path.join(top, "log")
        try:
            done = subprocess.run(strace(log, "getppid:error=EIO:when=1") + ["true"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        except FileNotFoundError:
            report.fault("strace", "is not installed (tools/packages installs it)")
            return False
        if done.returncode != 0:
            report.fault("strace", "cannot trace here (is ptrace permitted?): "
                         + done.stderr.decode("utf-8", "replace").strip())
            return False
    return True


def run_operation(report, bench, operation, verbose):
    if operation.name == "import":
        operation.sizes = batch_sizes(bench, operation)
    calls = report.attempt(operation.name, measure, bench, operation)
    if calls is None:
        return
    cases, both, everything = [], ["error=EIO", "error=ENOSPC"], "--all" in sys.argv
    seen = 0
    for call in calls:
        if call.writes and call.name in FILLING:
            seen += 1
            if not everything and seen % operation.every:
                continue
        hows = ["error=ENOMEM" if call.name == "mmap" else "error=EIO"]
        if call.writes:
            hows = ["signal=KILL"]
            hows += both if everything else both[call.nth % 2:][:1]
            if operation.reads and call.name != "write":  # or nobody could say anything
                hows.append("error=EIO+")
        elif not operation.reads and not everything:
            continue
        for how in hows:
            what = "%s: %s in %r" % (operation.name, how, call)
            cases.append((what, bench, operation, call, how, len(cases)))
    if verbose:
        for case in cases:
            print(case[0])
    statuses = report.attempt_all(cases, judge)
    tried = [case[4] for case in cases]
    writing = sum(call.writes for call in calls)
    report.say("%-17s %3d writing calls: %3d killed, %3d EIO, %3d ENOSPC, %2d EIO from there on; "
               "%3d reading calls EIO: %3d went through, %3d said 'could not'" % (
                   operation.name, writing, tried.count("signal=KILL"),
                   sum(c[3].writes and c[4] == "error=EIO" for c in cases),
                   tried.count("error=ENOSPC"), tried.count("error=EIO+"),
                   sum(not c[3].writes for c in cases), statuses.count(0), statuses.count(3)))
    report.count("killed", statuses.count(-9))
    report.count("faults", len(statuses) - statuses.count(-9))


# --- disks that are worse than that ------------------------------------------------------------------


def append_with(bench, name, *inject):
    world = bench.world(Operation("append", []), name)
    log = os.path.join(world.top, "strace.log")
    done = world.run("record", "10.5281/zenodo.2", "--title", "Two", "--id", "two",
                     wrap=strace(log, *inject))
    with open(log, encoding="utf-8", errors="replace") as file:
        check("INJECTED" in file.read(), "the call did not come", done)
    return world, done


def not_known(bench):
    """The header fails, and then what the disk holds cannot be made sure of."""
    world, done = append_with(bench, "unsure", "pwrite64:error=EIO:when=1",
                              "fdatasync:error=EIO:when=2+")
    check("not known" in lab.one_line(done, 3) and "store-unsure" in done.error, "sure of it", done)
    go_on(world)
    done = world.run("record", "10.5281/zenodo.2", "--title", "Two", "--id", "two")
    check(done.status == 0, "the same again is not there once", done)


def lies(bench, call):
    """A disk that says 'written' and has not: found out before anything is signed."""
    world, done = append_with(bench, "lies-" + call.split(":")[0], call)
    check(done.status in (1, 3) and "appended" not in done.text, "believed the disk", done)
    check("are in the ledger" not in done.error, "says that the entries are there", done)
    head = world.run("checkpoint", "show")
    check(head.status != 0 or head.text.splitlines()[1] == str(len(bench.before)),
          "signed what is not there", head)


def main():
    report = lab.Report("syscalls")
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    stet = lab.binary()
    if can_trace(report):
        with lab.folder("syscalls") as top:
            bench = Bench(stet, top)
            for operation in operations(bench):
                if only in operation.name:
                    run_operation(report, bench, operation, "-v" in sys.argv)
            if only in "worse disks":
                report.attempt("not known", not_known, bench)
                report.attempt("a header that was not written", lies, bench, "pwrite64:retval=120")
                report.attempt("pages that were not written", lies, bench, "writev:retval=32768")
                report.say("a disk that fails twice and two that lie: found out")
        report.say("%d runs killed, %d runs failed in one call" % (
            report.counts.get("killed", 0), report.counts.get("faults", 0)))
    report.finish()


if __name__ == "__main__":
    main()
