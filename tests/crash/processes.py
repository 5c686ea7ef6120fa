"""processes.py [STET]: several processes on one ledger, in every order, some of them killed.

Nobody loses an entry that was answered for, nobody reads half a batch, nobody waits for somebody who
is dead, and whoever has to give up says so in one line with exit 3.
"""

import fcntl
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time

import lab
from lab import check

RANDOM = random.Random(20260704)


def lines(name, count, title="x" * 200):
    return b"".join(json.dumps({
        "type": "record", "subject": "doi:10.5281/zenodo.%s-%d" % (name, i),
        "id": "%s-%d" % (name, i), "title": "%s %d" % (title, i)}).encode() + b"\n"
        for i in range(count))


def ids_of(world):
    """{statement id: seq} of a ledger that reads to its end."""
    found = {}
    for text in world.must("export", "jsonl", "-q").text.splitlines():
        entry = json.loads(text)
        check(entry["seq"] == len(found), "a number is missing or twice", text[:200])
        found[entry["statement"]["id"]] = entry["seq"]
    return found


def all_well(world, wanted):
    """Everything answered for is there, and the ledger verifies."""
    found = ids_of(world)
    missing = [w for w in wanted if w not in found]
    check(not missing, "answered for and not there: %s" % missing[:5])
    done = world.run("verify", "-q")
    check(done.status == 0, "does not verify", done)


def append_many(world, name, count, given):
    """One append after the other; the ids answered for go to given."""
    for i in range(count):
        done = world.run("record", "10.5281/zenodo.%s-%d" % (name, i), "--title", "T",
                         "--id", "%s-%d" % (name, i))
        check(done.status == 0, "an append beside others failed", done)
        given.append("%s-%d" % (name, i))


class Threads:
    """Runs calls at the same time and brings back the first fault."""

    def __init__(self):
        self.threads, self.faults = [], []

    def start(self, call, *args):
        def guarded():
            try:
                call(*args)
            except Exception as why:  # noqa: BLE001: brought back by join()
                self.faults.append(why)
        thread = threading.Thread(target=guarded)
        thread.start()
        self.threads.append(thread)

    def join(self):
        for thread in self.threads:
            thread.join()
        if self.faults:
            raise self.faults[0]


def finish(process, timeout=lab.TIMEOUT):
    out, err = process.communicate(timeout=timeout)
    return lab.Done(["..."], process.returncode, out or b"", err or b"")


# --- the cases ---------------------------------------------------------------------------------------


def two_appends(base, top):
    world, given, threads = base.copy(top), [], Threads()
    for name in ("a", "b"):
        threads.start(append_many, world, name, 25, given)
    threads.join()
    all_well(world, given)


def many_batches(base, top):
    world, threads = base.copy(top), Threads()

    def batches(name):
        for i in range(4):
            done = world.run("append", "-", "--json", data=lines("%s%d" % (name, i), 25))
            check(done.status == 0, "a batch beside others failed", done)
            seqs = [json.loads(text)["seq"] for text in done.text.splitlines()]
            check(seqs == list(range(seqs[0], seqs[0] + 25)), "a batch was parted", done)
    for k in range(6):
        threads.start(batches, "batch%d" % k)
    threads.join()
    all_well(world, ["batch%d%d-%d" % (k, i, j) for k in range(6) for i in range(4)
                     for j in range(25)])


def readers_beside(base, top):
    """Verify, export, show, log and stats while somebody appends: each sees one moment."""
    world, given, threads, stop = base.copy(top), [], Threads(), threading.Event()
    final = []

    def read():
        while not stop.is_set():
            entries = world.entries()
            final.append(entries)
            done = world.run("verify", "-q")
            check(done.status == 0, "a verification beside an append", done)
            for words in (("show", "10.5281/zenodo.base-1"), ("log", "10.5281/zenodo.base-1"),
                          ("stats",), ("checkpoint", "show")):
                done = world.run(*words)
                check(done.status == 0 and done.error == "", "a reader beside an append", done)
    threads.start(read)
    threads.start(read)
    writers = Threads()
    writers.start(append_many, world, "c", 40, given)
    try:
        writers.join()
    finally:
        stop.set()
    threads.join()
    whole = world.entries()
    for entries in final:
        check(entries == whole[:len(entries)], "a reader saw something else than the ledger")
        check(b"dsealeindex" in entries[-1], "a reader saw half a batch")
    all_well(world, given)
    check(len(final) > 2, "the readers did not come to read")


def backup_beside(base, top):
    world, given, threads = base.copy(top), [], Threads()

    def copy(number):
        copy = lab.World(world.stet, world.top)
        copy.ledger = os.path.join(world.top, "copy-%d" % number)
        done = world.run("backup", "-q", copy.ledger)
        check(done.status == 0, "a backup beside appends", done)
        entries = copy.entries()
        check(entries == world.entries()[:len(entries)], "the copy is another ledger")
        # On a machine that has not signed or read later heads, or it says that the copy is behind.
        done = copy.run("verify", "-q", env={"STET_STATE": os.path.join(world.top, "none-%d" % number)})
        check(done.status == 0, "the copy does not verify", done)
    threads.start(append_many, world, "d", 30, given)
    for number in range(5):
        threads.start(copy, number)
    threads.join()
    all_well(world, given)


def reindex_beside(base, top):
    world, given, threads = base.copy(top), [], Threads()

    def reindex():
        for _ in range(6):
            done = world.run("reindex", "-q")
            check(done.status == 0, "reindexing beside appends", done)
    threads.start(reindex)
    threads.start(append_many, world, "e", 25, given)
    threads.start(append_many, world, "f", 25, given)
    threads.join()
    all_well(world, given)


def rotate_beside(base, top):
    world, given, threads = base.copy(top), [], Threads()

    def rotate():
        for _ in range(4):
            done = world.run("key", "rotate")
            check(done.status == 0, "changing the key beside appends", done)
    threads.start(rotate)
    threads.start(append_many, world, "g", 25, given)
    threads.join()
    all_well(world, given)


def import_beside(base, top):
    """An import goes in batches, so that others get through."""
    world, given, threads, times = base.copy(top), [], Threads(), []
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    records = os.path.join(root, "data", "records", "records.json")

    def take():
        done = world.run("import", "records", records, "-q", "--batch", "16")
        check(done.status == 0, "an import beside appends", done)

    def append():
        for i in range(15):
            begun = time.monotonic()
            append_many(world, "h%d" % i, 1, given)
            times.append(time.monotonic() - begun)
    threads.start(take)
    threads.start(append)
    threads.join()
    all_well(world, given)
    done = world.run("import", "records", records, "-q", "--json")
    check(done.status == 0 and json.loads(done.text)["appended"] == 0, "the import was not whole",
          done)
    check(max(times) < 20, "an append waited %.1f s for an import" % max(times))


def inits_at_once(base, top):
    """Of several who make a ledger in one folder one does; the others are told and break nothing."""
    for number in range(6):
        inside = os.path.join(top, str(number))
        os.makedirs(inside)
        world = lab.World(base.stet, inside)
        os.makedirs(world.home)
        if number % 2:
            os.makedirs(world.ledger)
        begun = [world.start("init", "-q", "--origin", lab.ORIGIN, env={
            "XDG_CONFIG_HOME": os.path.join(inside, "config-%d" % i)}) for i in range(6)]
        ended = [finish(process) for process in begun]
        winners = [i for i, done in enumerate(ended) if done.status == 0]
        check(len(winners) == 1, "%d made the ledger" % len(winners), *ended)
        for i, done in enumerate(ended):
            if i not in winners:
                lab.one_line(done, 1)
        world.config = os.path.join(inside, "config-%d" % winners[0])
        world.must("record", "10.5281/zenodo.1", "--title", "T", "--id", "one")
        all_well(world, ["one"])


def copies_at_once(base, top):
    """The same for backups into one folder."""
    world = base.copy(top)
    copy = lab.World(world.stet, world.top)
    copy.ledger = os.path.join(top, "copy")
    ended = [finish(p) for p in [world.start("backup", "-q", copy.ledger) for _ in range(5)]]
    check(sum(done.status == 0 for done in ended) == 1, "not one made the copy", *ended)
    for done in ended:
        if done.status != 0:
            lab.one_line(done, 1)
    check(copy.entries() == world.entries(), "the copy is another ledger")


def killed_writers(base, top):
    """Writers killed at any moment: whatever they hold is free at once."""
    world, given, killed = base.copy(top), [], 0
    for i in range(60):
        process = world.start("append", "-", stdin=subprocess.PIPE)
        process.stdin.write(lines("k%d" % i, 30))
        process.stdin.close()
        time.sleep(RANDOM.uniform(0, 0.03))
        process.kill()
        killed += process.wait() == -9
        process.stdout.close()
        process.stderr.close()
        begun = time.monotonic()
        append_many(world, "after%d" % i, 1, given)
        check(time.monotonic() - begun < 5, "waited for a dead writer")
    check(killed >= 20, "only %d writers were killed in time" % killed)
    found = ids_of(world)
    for i in range(60):
        there = sum("k%d-%d" % (i, j) in found for j in range(30))
        check(there in (0, 30), "%d of a batch of 30" % there)
    all_well(world, given)
    check(len([n for n in world.unknown_files() if "new." in n]) <= 1, "temporary files pile up",
          world.unknown_files())


def stopped_writers(base, top):
    """A writer stopped at any moment: others wait, then give up in one line; it goes on unharmed."""
    world, given, waited = base.copy(top), [], 0
    for i in range(12):
        process = world.start("append", "-", stdin=subprocess.PIPE)
        process.stdin.write(lines("s%d" % i, 60))
        process.stdin.close()
        process.stdin = None
        time.sleep(RANDOM.uniform(0.004, 0.02))
        process.send_signal(signal.SIGSTOP)
        other = world.start("record", "10.5281/zenodo.t%d" % i, "--title", "T", "--id", "t%d" % i)
        try:
            done = finish(other, timeout=30)
        finally:
            process.send_signal(signal.SIGCONT)
        first = finish(process)
        check(first.status == 0, "a writer that was stopped for a while", first)
        given += ["s%d-%d" % (i, j) for j in range(60)]
        if done.status == 0:
            given.append("t%d" % i)
        else:
            waited += 1
            line = lab.one_line(done, 3)
            check("busy" in line or "locked" in line, "does not say that somebody writes", done)
        if waited:
            break  # it has waited out its whole patience
    all_well(world, given)
    return waited


def stopped_opener(base, top):
    """One that opens the ledger first, stopped in it: LMDB would be waited for without end."""
    world = base.copy(top)
    with open(os.path.join(world.ledger, "lock.mdb"), "r+b") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX, 1, 0)
        both = [world.start("stats"), world.start("record", "10.5281/zenodo.o", "--title", "T")]
        for process in both:
            done = finish(process, timeout=30)
            line = lab.one_line(done, 3)
            check("is opening" in line and "locked" in line, "does not say what it waits for", done)
        later = world.start("stats")
        time.sleep(0.3)
        fcntl.lockf(lock, fcntl.LOCK_UN, 1, 0)
        done = finish(later)
        check(done.status == 0, "it went on, and so should this", done)
    all_well(world, [])


def killed_readers(base, top):
    """A reader that stands still holds its pages; once it is killed they are used again."""
    world, given = base.copy(top), []
    world.must("append", "-", data=lines("wide", 600, "y" * 900))
    data = os.path.join(world.ledger, "data.mdb")
    for k in range(3):
        process = world.start("export", "jsonl", "-q")  # more than a pipe holds: it waits
        head = process.stdout.read(4096)
        check(len(head) == 4096, "the reader read nothing")
        append_many(world, "l%d" % k, 20, given)
        process.kill()
        process.stdout.close()
        process.stderr.close()
        process.wait()
    append_many(world, "m", 5, given)
    size = os.stat(data).st_size
    append_many(world, "n", 60, given)
    grown = os.stat(data).st_size - size
    check(grown < 400000, "the file grew by %d bytes: a dead reader holds its pages" % grown)
    all_well(world, given)


def grown_under_a_reader(base, top):
    """Another process lets the file outgrow the map of one that is reading."""
    world = base.copy(top)
    world.must("append", "-", data=lines("first", 600, "z" * 900))
    before = world.entries()
    size = os.stat(os.path.join(world.ledger, "data.mdb")).st_size
    tried = read = 0
    for spare in range(4, 64, 4):
        limit = (56 + spare) << 20

        def small():
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        process = world.start("export", "cborseq", "-q", preexec_fn=small, bufsize=0)
        first = process.stdout.read(100)
        if len(first) < 100:
            finish(process)  # too little room to begin with
            continue
        tried += 1
        if tried == 1:
            for i in range(3):
                world.must("append", "-", data=lines("grow%d" % i, 2500, "w" * 900))
        done = finish(process)
        if done.status != 0:
            lab.one_line(done, 3)
            continue
        entries = lab.split(first + done.out)
        check(entries == world.entries()[:len(entries)] and len(entries) >= len(before),
              "a reader with a small map read something else")
        read += 1
        if tried >= 3:
            break
    grown = os.stat(os.path.join(world.ledger, "data.mdb")).st_size
    check(grown > size + (8 << 20), "the file did not grow")
    check(read > 0, "no reader with a small map came to its end")
    all_well(world, ["first-0", "grow2-2499"])


def foreign_reader(base, top):
    """A reader of another user, who cannot take part in the locks, sees one moment or gives up."""
    if os.geteuid() != 0:
        return "left out: needs root to become another user"
    world, given, threads, stop = base.copy(top), [], Threads(), threading.Event()
    os.chmod(top, 0o755)
    os.chmod(os.path.dirname(top), 0o755)
    seen, gave_up = [], []

    def other():
        while not stop.is_set():
            done = world.run("export", "cborseq", "-q", env={"STET_STATE": None}, cwd="/",
                             user=65534, group=65534, extra_groups=[])
            if done.status == 0:
                seen.append(lab.split(done.out))
            else:
                gave_up.append(lab.one_line(done, 3))
    threads.start(other)
    writers = Threads()
    writers.start(append_many, world, "o", 60, given)
    try:
        writers.join()
    finally:
        stop.set()
    threads.join()
    whole = world.entries()
    for entries in seen:
        check(entries == whole[:len(entries)], "another user read something else")
    check(len(seen) > 0, "another user never read", *gave_up[:2])
    for line in gave_up:
        check("store-overtaken" in line, "another reason to give up", line)
    all_well(world, given)
    return "%d reads, %d gave way to a writer" % (len(seen), len(gave_up))


def same_content(base, top):
    """The same content kept by several at once."""
    world, threads = base.copy(top), Threads()
    content = os.path.join(top, "content")
    with open(content, "wb") as file:
        file.write(os.urandom(300000))

    def attach(number):
        done = world.run("artifact", "10.5281/zenodo.base-%d" % number, "document=" + content,
                         "--id", "same-%d" % number)
        check(done.status == 0, "keeping content beside others", done)
    for number in range(8):
        threads.start(attach, number)
    threads.join()
    all_well(world, ["same-%d" % number for number in range(8)])
    kept = sum(len(names) for _, _, names in os.walk(os.path.join(world.ledger, "artifacts")))
    check(kept == 1, "%d files of one content" % kept)


CASES = [two_appends, many_batches, readers_beside, backup_beside, reindex_beside, rotate_beside,
         import_beside, inits_at_once, copies_at_once, killed_writers, stopped_writers,
         stopped_opener, killed_readers, grown_under_a_reader, foreign_reader, same_content]


def main():
    report = lab.Report("processes")
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 1
    stet = lab.binary()
    with lab.folder("processes") as top:
        base = lab.World(stet, os.path.join(top, "base")).init()
        base.must("append", "-", data=lines("base", 60))
        for number in range(rounds):
            for case in CASES:
                if only not in case.__name__:
                    continue
                name = case.__name__.replace("_", " ")
                begun = time.monotonic()
                result = report.attempt(name, case, base,
                                        os.path.join(top, "%s-%d" % (case.__name__, number)))
                report.say("%-22s %.1f s%s" % (name, time.monotonic() - begun,
                                               "" if result is None else " (%s)" % result))
    report.finish()


main()
