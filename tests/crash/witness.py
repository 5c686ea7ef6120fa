"""witness.py [STET]: a witness killed at, and failed in, each system call that writes, and two at once.

No line is given out that the memory does not know of: whatever happens, a witness that has printed a
line for one history refuses another of the same size, and goes on with its own. What the ledger keeps
beside its checkpoint is the note from before or the new one, and it verifies.
"""

import os
import shutil
import subprocess
import sys
import threading

import lab
import syscalls
from lab import check

NAME = "w.example"
WITNESS = ["--as", "w", "--name", NAME]


class Scene:
    """A ledger that went on, a fork of it, and a witness that has cosigned where both began."""

    def __init__(self, stet, top):
        self.stet, self.top = stet, top
        self.base = lab.World(stet, os.path.join(top, "base")).init()
        world = self.base
        self.log = world.must("checkpoint", "--vkey").text.strip()
        self.cosign = ["checkpoint", "cosign", *WITNESS, "--key", self.log]
        self.old = self.size()
        world.must("key", "generate", "w", here=False)
        self.vkey = world.must("checkpoint", "cosign", *WITNESS, "--vkey").text.strip()
        self.request("first", 0)
        self.must_sign(world, "first", "--first")
        fork = world.copy(os.path.join(top, "elsewhere"))
        fork.must("record", "10.5281/zenodo.2", "--title", "Another", "--id", "b")
        self.request("fork", self.old, fork)
        world.must("record", "10.5281/zenodo.1", "--title", "One", "--id", "a")
        self.request("next", self.old)

    def size(self):
        return int(self.base.must("checkpoint").text.splitlines()[1])

    def path(self, name):
        return os.path.join(self.top, name)

    def request(self, name, old, world=None):
        text = (world or self.base).must("checkpoint", "request", "--old", str(old)).text
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def ask(self, world, name, *more, wrap=()):
        return world.run(*self.cosign, self.path(name), *more, wrap=wrap, here=False)

    def must_sign(self, world, name, *more):
        done = self.ask(world, name, *more)
        check(done.status == 0 and NAME in done.text, "does not cosign", name, done)
        return done.text


def calls(scene, world, run):
    """The writing calls of a run, in a copy of its own."""
    log = os.path.join(scene.top, "calls.log")
    done = run(world, syscalls.strace(log) + ["-e", "trace=" + ",".join(syscalls.TRACED)])
    check(done.status == 0, "the run without a fault", done)
    found = [c for c in syscalls.calls_of(log, scene.top) if c.writes]
    check(len(found) > 3, "a run that writes nothing", found)
    return found


def faulty(scene, world, run, call, how):
    log = os.path.join(scene.top, "fault.log")
    return run(world, syscalls.strace(log, "%s:%s:when=%d" % (call.name, how, call.nth))
               + ["-e", "trace=" + call.name])


def each_fault(scene, name, run):
    """The run in copies of the world, killed before and failed in each call that writes."""
    found = calls(scene, scene.base.copy(scene.path("measured-" + name)), run)
    hows = ("signal=SIGKILL", "error=EIO", "error=ENOSPC")
    for call in found:
        for how in hows:
            world = scene.base.copy(scene.path("world"))
            done = faulty(scene, world, run, call, how)
            check(done.status == -9 if "KILL" in how else done.status in (0, 3),
                  "neither killed nor 'could not'", done, call)
            yield world, done, call
            shutil.rmtree(world.top)
    print("witness: %d faults in %d calls of %s" % (len(found) * len(hows), len(found), name))


def test_cosign(scene):
    """Killed before, or failed in, each call."""
    def run(world, wrap):
        return scene.ask(world, "next", wrap=wrap)

    given = 0
    for world, done, call in each_fault(scene, "cosign", run):
        printed = NAME in done.text
        check(printed or done.status != 0, "done without a line", done, call)
        given += printed
        other = scene.ask(world, "fork")
        check(not printed or other.status == 1,
              "both histories were cosigned", done, other, call)
        if other.status == 0: # nobody has seen a line for the first: the witness is free
            again = scene.ask(world, "next")
            check(again.status == 1 and "cosign-forked" in again.error, "a fork", again, call)
        else:
            check("cosign-forked" in other.error or "cosign-unproved" in other.error,
                  "refused for another reason", other, call)
            scene.must_sign(world, "next")
    print("witness: %d lines given" % given)


def test_add(scene):
    """The line kept beside the checkpoint, or not; never half."""
    line = scene.path("line")
    with open(line, "w", encoding="utf-8") as file:
        file.write(scene.must_sign(scene.base, "next"))

    def run(world, wrap):
        return world.run("checkpoint", "add-cosignature", line, "--key", scene.vkey, wrap=wrap)

    bare = scene.base.must("checkpoint").text
    for world, done, call in each_fault(scene, "add-cosignature", run):
        note = world.must("checkpoint").text
        check(note == bare or (note.startswith(bare) and note.count(NAME) == 1),
              "the checkpoint is neither the old nor the new one", note, call)
        check(done.status != 0 or note != bare, "done, and not there", done, call)
        check(world.run("verify", "-q").status == 0, "does not verify", call)
        check(run(world, ()).status == 0, "does not go on", call)


def test_stamp(scene):
    """A time-stamp kept, or not; never half, and never a checkpoint that changes by it."""
    place, tsa = scene.path("tsa"), os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support", "tsa")
    os.mkdir(place)
    subprocess.run([tsa, "make", place], check=True)
    scene.base.must("checkpoint", "timestamp-request", "-o", os.path.join(place, "q"))
    subprocess.run([tsa, "stamp", place, "good", "q", "r"], check=True)
    trusted = ["--tsa-ca", os.path.join(place, "ca.pem")]

    def run(world, wrap):
        return world.run("checkpoint", "add-timestamp", os.path.join(place, "r"), *trusted, wrap=wrap)

    bare = scene.base.must("checkpoint").text
    for world, done, call in each_fault(scene, "add-timestamp", run):
        check(world.must("checkpoint").text == bare, "the checkpoint is another", call)
        check(world.run("verify", "-q").status == 0, "does not verify", call)
        there = world.run("verify", "-q", *trusted)
        check(there.status == (0 if "stamped" in there.text else 3), "half a stamp", there, call)
        check(done.status != 0 or there.status == 0, "done, and not there", done, call)
        again = run(world, ())
        check(again.status == 0, "does not go on", again, call)
        check(world.run("verify", "-q", *trusted).text.count("stamped") == 1, "not once", call)


def test_at_once(scene, rounds):
    """Of two histories asked for at the same moment one is cosigned, and of equals both."""
    winners = set()
    for number in range(rounds):
        world = scene.base.copy(scene.path("world"))
        done = {}

        def ask(name, key):
            done[key] = scene.ask(world, name)

        threads = [threading.Thread(target=ask, args=pair)
                   for pair in (("next", 0), ("fork", 1), ("next", 2), ("fork", 3))]
        if number % 2:
            threads.reverse()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yes = {key for key, one in done.items() if one.status == 0}
        check(yes in ({0, 2}, {1, 3}), "not one history of two", yes, *done.values())
        winners.add(min(yes))
        shutil.rmtree(world.top)
    print("witness: %d rounds of two histories at once, %d of them won" % (rounds, len(winners)))


def main():
    with lab.folder("witness") as top:
        scene = Scene(lab.binary(), top)
        test_cosign(scene)
        test_at_once(scene, 12)
        test_add(scene)
        test_stamp(scene)
    return 0


if __name__ == "__main__":
    sys.exit(main())
