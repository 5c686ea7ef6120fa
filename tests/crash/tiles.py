"""tiles.py [STET]: `export tiles` killed at, and failed in, each system call that touches its folder.

Three ways: into a folder that is not there, on from an earlier tree (some tiles of which it fills), and
with nothing new. Killed (SIGKILL) before each call that writes, EIO or ENOSPC in each (--all: both), EIO
in each and all of its kind that follow, EIO in each that reads. After every one of these runs the folder
is the earlier tree or the new one, whole: its checkpoint verifies with every tile that it needs. What
failed says so in one line. The same command goes on, and then nothing is there but the tree and what
partial tiles an earlier checkpoint of it has.

A process that is killed leaves what it wrote, a machine that dies does not: so the order of the syncs
is looked at, too. When the checkpoint takes its place, every file and every folder made for it has been
synced before, also by the run that goes on where a killed one left off.

At last two at once, and readers while the tree is written.

-v prints each case; --only WORD runs the ways whose name contains WORD.
"""

import os
import re
import shutil
import sys
import time

import lab
import syscalls
from lab import check

FOLDER = "log"


class Tree:
    """The files of a tree of tiles."""

    def __init__(self, world):
        self.path = os.path.join(world.top, FOLDER)
        self.files = {}
        for base, _, names in os.walk(self.path):
            for name in names:
                path = os.path.join(base, name)
                with open(path, "rb") as file:
                    self.files[os.path.relpath(path, self.path)] = file.read()

    @property
    def checkpoint(self):
        return self.files.get("checkpoint")


def add_entries(world, first, count):
    lines = b"".join(b'{"type":"record","subject":"doi:10.5281/zenodo.%d","id":"r%d",'
                     b'"title":"Number %d"}\n' % (n, n, n) for n in range(first, first + count))
    world.must("append", "-", "-q", data=lines)


def export(world, wrap=()):
    return world.run("export", "tiles", "-q", "--no-remember", "-o", os.path.join(world.top, FOLDER),
                     "--update", wrap=wrap)


class Way:
    """An export that begins with one world and comes to a tree."""

    def __init__(self, bench, name, world):
        self.bench, self.name, self.base = bench, name, world
        self.before = Tree(world)
        world = self.copy("whole")
        log = os.path.join(world.top, "strace.log")
        done = export(world, syscalls.strace(log) + ["-e", "trace=" + ",".join(syscalls.TRACED)])
        check(done.status == 0, "the export when nothing fails", done)
        # Of the ledger, which is only read, syscalls.py has the calls.
        self.calls = [c for c in syscalls.calls_of(log, world.top) if world.top + "/" + FOLDER in c.text]
        in_order(log, os.path.join(world.top, FOLDER), None)
        self.after = Tree(world)
        verifies(bench, world)
        shutil.rmtree(world.top)

    def copy(self, name):
        return self.base.copy(os.path.join(self.bench.top, "%s-%s" % (self.name.replace(" ", "-"), name)))


class Bench:
    def __init__(self, stet, top):
        self.top = top
        self.early = lab.World(stet, os.path.join(top, "early")).init()
        self.key = self.early.must("checkpoint", "--vkey").text.strip()
        add_entries(self.early, 0, 200)
        self.bare = self.early.copy(os.path.join(top, "bare"))
        add_entries(self.bare, 1000, 400)
        check(export(self.early).status == 0, "the export to begin with")
        self.later = self.early.copy(os.path.join(top, "later"))
        shutil.copytree(os.path.join(self.later.top, FOLDER), os.path.join(self.later.top, "kept"))
        add_entries(self.later, 1000, 400)
        self.same = self.early.copy(os.path.join(top, "same"))


def verifies(bench, world):
    # An earlier tree is no fault here, whatever was read before.
    done = world.run("check", os.path.join(world.top, FOLDER), "--key", bench.key, "--no-remember",
                     here=False)
    check(done.status == 0 and "entries    all read" in done.text, "the tree does not verify", done)
    return done


# --- the order of the syncs -----------------------------------------------------------------------------

PLAIN = re.compile(r'"([^"]*)"')
PARTIAL = re.compile(r"\.p/\d+$")
OPEN = re.compile(r"^\d+<([^>]*)>")


def in_order(log, folder, made_before):
    """When the checkpoint takes its place, all it needs is on the disk. made_before: folders that a
    run left which may not have synced them; None: there are none."""
    unsynced = {}
    for path in made_before or ():
        unsynced[os.path.dirname(path)] = "the folder " + path
    published = 0
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = syscalls.LINE.match(line)
            if match is None or " = -1 " in line:
                continue
            _, name, rest = match.groups()
            paths, fd = PLAIN.findall(rest), OPEN.match(rest)
            on = fd.group(1) if fd else ""
            if name == "write" and on.startswith(folder + "/"):
                unsynced[on] = "written"
            elif name in ("mkdir", "mkdirat") and paths[0].startswith(folder + "/"):
                unsynced[os.path.dirname(paths[0])] = "made " + paths[0]
            elif name in ("fsync", "fdatasync"):
                unsynced.pop(on, None)
            elif name in ("rename", "renameat", "renameat2") and paths[1].startswith(folder + "/"):
                check(paths[0] not in unsynced, "renamed before it was synced", line)
                if paths[1] == os.path.join(folder, "checkpoint"):
                    published += 1
                    check(not unsynced, "the checkpoint is ahead of what is on the disk", unsynced)
                unsynced[os.path.dirname(paths[1])] = "renamed " + paths[1]
    check(published == 1 and not unsynced, "not synced at the end", published, unsynced)


# --- what must hold after a run -----------------------------------------------------------------------


def judge_folder(way, world, done):
    """The earlier tree, whole, or the new one, whole."""
    now = Tree(world).checkpoint
    if now is None:
        check(way.before.checkpoint is None, "the checkpoint is gone", done)
        check(done.status != 0, "exit 0 without a tree", done)
        return
    check(now in (way.before.checkpoint, way.after.checkpoint), "another checkpoint", done)
    check(done.status != 0 or now == way.after.checkpoint, "exit 0 with the earlier tree", done)
    verifies(way.bench, world)


def completes(way, world, want):
    """The same command goes on, and leaves nothing but the tree; want: the files of a fresh one."""
    done = export(world)
    check(done.status == 0, "the same command does not go on", done)
    verifies(way.bench, world)
    now = Tree(world).files
    for name, content in want.items():
        check(now.get(name) == content, "another file: " + name)
    more = set(now) - set(want) - set(way.before.files)
    # In the folder of the tile that is not full yet nobody can tell which were published.
    more -= {name for name in more if PARTIAL.search(name)}
    check(not more, "files that are of no tree", sorted(more))
    filled = [n for n in now if ".p/" in n and n.split(".p/")[0] in now]
    check(not filled, "partial tiles of full ones", filled)


def judge(way, call, how, number):
    world = way.copy(number)
    log = os.path.join(world.top, "strace.log")
    killed = how.startswith("signal=")
    error, last = (how[:-1], "+") if how.endswith("+") else (how, "")
    # Not --seccomp-bpf: a signal does not come that way.
    done = export(world, syscalls.strace(log, "%s:%s:when=%d%s" % (call.name, error, call.nth, last))
                  + ["-e", "trace=" + call.name])
    if killed:
        check(done.status == -9, "was to be killed", done, call)
    else:
        with open(log, encoding="utf-8", errors="replace") as file:
            check("INJECTED" in file.read(), "the call did not come", done, call)
        check(done.status in (0, 3), "neither done nor 'could not'", done, call)
        if done.status == 3:
            line = lab.one_line(done, 3)
            check("ENOSPC" not in how or call.name not in syscalls.WRITING or "No space" in line
                  or "full" in line, "does not say that the disk is full", done, call)
    judge_folder(way, world, done)
    completes(way, world, way.after.files)
    shutil.rmtree(world.top)
    return done.status


def run_way(report, way):
    cases = []
    for call in way.calls:
        hows = ["error=EIO"]
        if call.writes:
            both = ["error=EIO", "error=ENOSPC"]
            hows = ["signal=KILL"] + (both if "--all" in sys.argv else both[call.nth % 2:][:1])
            if call.name != "write":  # or nobody could say anything
                hows.append("error=EIO+")
        for how in hows:
            what = "%s: %s in %r" % (way.name, how, call)
            cases.append((what, way, call, how, len(cases)))
    if "-v" in sys.argv:
        for case in cases:
            print(case[0])
    statuses = report.attempt_all(cases, judge)
    report.say("%-8s %3d calls, %3d of them writing: %3d runs killed, %3d went through, %3d said "
               "'could not'" % (way.name, len(way.calls), sum(c.writes for c in way.calls),
                                statuses.count(-9), statuses.count(0), statuses.count(3)))


# --- a killed run, and a ledger that went on ------------------------------------------------------------


def killed_before_checkpoint(way, name):
    """The run killed when all is there but the checkpoint."""
    world = way.copy(name)
    last = [c for c in way.calls if c.name.startswith("rename")][-1]
    check("checkpoint" in last.text, "the checkpoint is not the last file", last)
    done = export(world, syscalls.strace(os.devnull, "%s:signal=KILL:when=%d" % (last.name, last.nth))
                  + ["-e", "trace=" + last.name])
    check(done.status == -9, "was to be killed", done)
    return world


def goes_on_after_more(way):
    """The tiles of a size that no checkpoint ever had go, once the full ones are there."""
    world = killed_before_checkpoint(way, "more")
    check(any(".p/" in name for name in Tree(world).files), "no partial tile to be left over")
    add_entries(world, 3000, 400)
    fresh = world.copy(world.top + "-fresh")
    shutil.rmtree(os.path.join(fresh.top, FOLDER))
    check(export(fresh).status == 0, "a fresh export")
    completes(way, world, Tree(fresh).files)


def syncs_what_a_killed_run_made(way):
    """Folders that are there need not be on the disk: whoever made them was killed."""
    world = killed_before_checkpoint(way, "made")
    folder, log = os.path.join(world.top, FOLDER), os.path.join(world.top, "strace.log")
    left = [os.path.join(base, name) for base, names, _ in os.walk(folder) for name in names]
    done = export(world, syscalls.strace(log) + ["-e", "trace=" + ",".join(syscalls.TRACED)])
    check(done.status == 0, "the same command does not go on", done)
    in_order(log, folder, left)


# --- at once ---------------------------------------------------------------------------------------------


def slowly(world):
    """An export that waits a while at each sync."""
    return world.start("export", "tiles", "-q", "--no-remember", "-o",
                       os.path.join(world.top, FOLDER), "--update",
                       wrap=["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fsync,fdatasync",
                             "-e", "inject=fsync,fdatasync:delay_enter=150000"])


def two_at_once(way):
    """The second is told that another writes, and disturbs nothing."""
    world = way.copy("two")
    folder = os.path.join(world.top, FOLDER)
    first, busy, read = slowly(world), 0, 0
    while first.poll() is None and not os.path.exists(os.path.join(folder, "tile", "0", "000")):
        time.sleep(0.01)
    while first.poll() is None:
        done = export(world)
        if done.status == 3:
            check("another process is writing" in lab.one_line(done, 3), "another reason", done)
            busy += 1
        else:
            check(done.status == 0, "the second", done)
            break
        # Readers find a whole tree meanwhile.
        if os.path.exists(os.path.join(folder, "checkpoint")):
            verifies(way.bench, world)
            read += 1
    out, error = first.communicate(timeout=lab.TIMEOUT)
    check(first.returncode == 0 and busy > 0, "the first", first.returncode, busy, out, error)
    check(read > 0 or way.before.checkpoint is None, "nothing was read meanwhile")
    completes(way, world, way.after.files)


def started_at_once(way, number):
    """Whoever is first, the others are told, and the tree is whole."""
    world = way.copy("started-%d" % number)
    words = ["export", "tiles", "-q", "--no-remember", "-o", os.path.join(world.top, FOLDER), "--update"]
    runs = [world.start(*words) for _ in range(4)]
    for run in runs:
        out, error = run.communicate(timeout=lab.TIMEOUT)
        done = lab.Done(words, run.returncode, out, error)
        check(done.status in (0, 3), "one of four", done)
        if done.status == 3:
            check("another process is writing" in lab.one_line(done, 3), "another reason", done)
    check(any(run.returncode == 0 for run in runs), "none of four went through")
    completes(way, world, way.after.files)


def main():
    report = lab.Report("tiles")
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    stet = lab.binary()
    if syscalls.can_trace(report):
        with lab.folder("tiles") as top:
            bench = Bench(stet, top)
            ways = [report.attempt(name, Way, bench, name, world) for name, world in
                    (("first", bench.bare), ("update", bench.later), ("same", bench.same))
                    if only in name]
            for way in [way for way in ways if way is not None]:
                run_way(report, way)
                if way.name == "same":
                    continue
                report.attempt(way.name + ": more entries", goes_on_after_more, way)
                report.attempt(way.name + ": order", syncs_what_a_killed_run_made, way)
                report.attempt(way.name + ": two at once", two_at_once, way)
                for number in range(3):
                    report.attempt(way.name + ": four at once", started_at_once, way, number)
    report.finish()


if __name__ == "__main__":
    main()
