"""bags.py [STET]: bags of named records, and increments, killed in the middle and out of room.

Each of them as a folder and as an archive, killed (SIGKILL) before, and failed (EIO, ENOSPC) in, its
writing calls, and written into a place that is too small for it. Under the name of the bag there is
nothing then, or the whole of it; what failed says so in one line, and leaves nothing under any other
name either. The same command makes the bag that it would have been.

-v prints each case; --only WORD runs the bags whose name contains WORD; --all fails at every writing
call, not at some of each kind.
"""

import filecmp
import os
import shutil
import subprocess
import sys

import lab
import syscalls
from lab import check

SOME = 4  # of each kind of call
ROOMS = (8, 32, 64, 128)  # KiB; a bag has more, for the verifier that lies in it


class Bag:
    """A command that writes a bag, and the bag."""

    def __init__(self, bench, name, words):
        self.bench, self.name, self.words = bench, name, words
        place = self.place("whole")
        log = os.path.join(bench.top, name + ".log")
        done = self.run(place, syscalls.strace(log) + ["-e", "trace=" + ",".join(syscalls.TRACED)])
        check(done.status == 0, "the bag when nothing fails", done)
        check(os.listdir(place) == [name], "more than the bag", os.listdir(place))
        self.calls = [c for c in syscalls.calls_of(log, place) if c.writes and place in c.text]
        self.whole = os.path.join(place, name)
        os.unlink(log)

    def place(self, name):
        path = os.path.join(self.bench.top, "%s-%s" % (self.name, name))
        os.mkdir(path)
        return path

    def run(self, place, wrap=()):
        return self.bench.world.run("export", "bagit", *self.words, "-q", "--no-remember", "-o",
                                    os.path.join(place, self.name), wrap=wrap)

    def some_calls(self):
        """At every place with --all, else some of each kind, the last among them."""
        found = []
        for kind in sorted({c.name for c in self.calls}):
            calls = [c for c in self.calls if c.name == kind]
            step = 1 if "--all" in sys.argv else max(1, len(calls) // SOME)
            found += calls[::-step]
        return found


class Bench:
    def __init__(self, stet, top):
        self.top = top
        self.world = world = lab.World(stet, os.path.join(top, "world")).init()
        for number in range(3):
            name = "10.5281/zenodo.%d" % number
            world.must("record", name, "--title", "Number %d" % number, "--id", "r%d" % number)
            content = os.path.join(top, "content-%d" % number)
            with open(content, "wb") as file:
                file.write(os.urandom(150000))
            world.must("artifact", name, "document=" + content, "--id", "a%d" % number)
            if number == 1:
                world.must("export", "bagit", "--all", "-q", "-o", os.path.join(top, "first"))


def same(one, other):
    """The same bytes, or the same files with the same bytes."""
    if os.path.isfile(one) or os.path.isfile(other):
        return filecmp.cmp(one, other, shallow=False)
    names = []
    for top in (one, other):
        names.append(sorted(os.path.relpath(os.path.join(base, name), top)
                            for base, _, files in os.walk(top) for name in files))
    return names[0] == names[1] and all(
        filecmp.cmp(os.path.join(one, name), os.path.join(other, name), shallow=False)
        for name in names[0])


def there_or_not(bag, place, done, killed):
    """Nothing under the name of the bag, or all of it."""
    path = os.path.join(place, bag.name)
    if os.path.lexists(path):
        check(same(path, bag.whole), "half a bag", done)
    else:
        check(done.status != 0, "exit 0 without a bag", done)
    left = [name for name in os.listdir(place) if name != bag.name]
    if killed:
        check(all(".partial-" in name for name in left), "a name that says nothing", left)
    else:
        check(not left, "what failed leaves something", left, done)
    return os.path.lexists(path)


def completes(bag, place):
    """The same command makes the bag, if it is not there."""
    done = bag.run(place)
    check(done.status == 0, "the same command again", done)
    check(same(os.path.join(place, bag.name), bag.whole), "another bag", done)


def judge(bag, call, how, number):
    place = bag.place(str(number))
    log = os.path.join(bag.bench.top, "%s-%d.log" % (bag.name, number))
    killed = how.startswith("signal=")
    done = bag.run(place, syscalls.strace(log, "%s:%s:when=%d" % (call.name, how, call.nth))
                   + ["-e", "trace=" + call.name])
    if killed:
        check(done.status == -9, "was to be killed", done, call)
    else:
        with open(log, encoding="utf-8", errors="replace") as file:
            check("INJECTED" in file.read(), "the call did not come", done, call)
        check(done.status in (0, 3), "neither done nor 'could not'", done, call)
        if done.status == 3:
            line = lab.one_line(done, 3)
            check("ENOSPC" not in how or "No space" in line or "full" in line,
                  "does not say that the disk is full", done, call)
    if not there_or_not(bag, place, done, killed):
        completes(bag, place)
    shutil.rmtree(place)
    os.unlink(log)
    return done.status


def can_mount():
    """A small disk needs a mount namespace."""
    try:
        return subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode == 0
    except FileNotFoundError:
        return False


def no_room(bag, room):
    """On a disk of so many KiB: said in a line, and nothing is left of it."""
    place = bag.place("room-%d" % room)
    script = ('mount -t tmpfs -o size=%dk none "$0" || exit 99; "$@"; status=$?; ls -A "$0" >"$0.left"; '
              'exit $status' % room)
    done = bag.run(place, ["unshare", "-rm", "sh", "-c", script, place])
    line = lab.one_line(done, 3)
    check("No space" in line or "full" in line, "does not say that the disk is full", done)
    with open(place + ".left", encoding="utf-8") as file:
        check(file.read() == "", "what failed leaves something", done)
    completes(bag, place)


def run_bag(report, bag):
    cases, both = [], ("error=EIO", "error=ENOSPC")
    for call in bag.some_calls():
        hows = ["signal=KILL"] + list(both if "--all" in sys.argv else both[call.nth % 2:][:1])
        for how in hows:
            cases.append(("%s: %s in %r" % (bag.name, how, call), bag, call, how, len(cases)))
    if "-v" in sys.argv:
        for case in cases:
            print(case[0])
    statuses = report.attempt_all(cases, judge)
    report.say("%-17s %3d writing calls: %3d runs killed, %3d went through, %3d said 'could not'" % (
        bag.name, len(bag.calls), statuses.count(-9), statuses.count(0), statuses.count(3)))


def main():
    report = lab.Report("bags")
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    stet = lab.binary()
    if syscalls.can_trace(report):
        with lab.folder("bags") as top:
            bench = Bench(stet, top)
            first = os.path.join(top, "first")
            named, increment = ["10.5281/zenodo.0", "10.5281/zenodo.2"], ["--all", "--since", first]
            small = can_mount()
            if not small:
                report.say("no small disks here (unshare -rm)")
            for name, words in (("named", named), ("named.tar.zst", named), ("named.zip", named),
                                ("increment", increment), ("increment.tar", increment)):
                bag = report.attempt(name, Bag, bench, name, words) if only in name else None
                if bag is None:
                    continue
                run_bag(report, bag)
                for room in ROOMS if small else ():
                    report.attempt("%s in %d KiB" % (name, room), no_room, bag, room)
    report.finish()


if __name__ == "__main__":
    main()
