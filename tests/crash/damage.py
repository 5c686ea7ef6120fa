"""damage.py [STET]: a database with flipped bits, cut short, or altered on purpose.

400 copies of a small ledger get one flipped bit each (in the headers, in the heads of pages, anywhere)
and 60 are cut short, each with a fixed seed; each copy is verified, shown, appended to, and compared
with the sound one, of which no damage may make it a fork (the target `soak` takes many more). The
command may find anything out but may not die of it: of 1,500 flips 148, in the headers, and of 200 cuts
197 killed a program that left it to LMDB. What verifies has the entries it had, before an append and
after it.

Then a person: one byte changed inside an entry where it lies in data.mdb. The diagnosis names the entry.

--flips N and --cuts N change how many, --seed N which.
"""

import os
import random
import re
import shutil
import sys

import lab
from lab import check

PAGE = 4096
SEED = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 1
NOW = 1790000000000  # 2026-09-21: with keys from fixed seeds the same bytes every time


def make(stet, top):
    """The same ledger every time, byte for byte."""
    world = lab.World(stet, top)
    os.makedirs(world.home)
    for number, name in enumerate(("ledger", "root", "working")):
        seed = os.path.join(top, name + ".seed")
        with open(seed, "wb") as file:
            file.write(bytes([number + 1]) * 32)
        os.chmod(seed, 0o600)
        world.must("key", "generate", name, "--seed-file", seed, "-o",
                   os.path.join(top, name + ".key"), "--issuer", "https://ledger.example",
                   here=False)
    env = {"STET_TEST_NOW": str(NOW)}
    world.must("init", "-q", "--origin", lab.ORIGIN, *[
        "--%s-key=%s" % (name, os.path.join(top, name + ".key"))
        for name in ("ledger", "root", "working")], env=env)
    os.makedirs(os.path.join(world.config, "stet", "keys"))
    shutil.copy(os.path.join(top, "working.key"), os.path.join(world.config, "stet", "keys"))
    for number in range(12):
        world.must("record", "10.5281/zenodo.%d" % (100 + number % 8), "--title",
                   "The title of record %d %s" % (number, "long " * (30 * (number % 3))),
                   "--id", "id-%d" % number, env=env)
    content = os.path.join(top, "content")
    with open(content, "wb") as file:
        file.write(b"content\n" * 100)
    world.must("artifact", "10.5281/zenodo.100", "document=" + content, "--id", "kept", env=env)
    return world


def flip_places(data, count):
    """Bits to flip: a third in the two headers, a third in the heads of pages, a third anywhere."""
    rng = random.Random(SEED)
    pages = len(data) // PAGE
    places = []
    for number in range(count):
        kind = ("header", "page head", "anywhere")[number % 3]
        if kind == "header":
            at = rng.randrange(2) * PAGE + rng.randrange(168)
        elif kind == "page head":
            at = rng.randrange(2, pages) * PAGE + rng.randrange(64)
        else:
            at = rng.randrange(len(data))
        places.append((kind, at, rng.randrange(8)))
    return places


def cut_places(data, count):
    """Lengths to cut to: whole pages and others."""
    rng = random.Random(SEED + 1)
    return [0, 1, 151, 152, PAGE - 1, PAGE, PAGE + 151, 2 * PAGE][:count] + [
        rng.randrange(1, len(data) // PAGE) * PAGE if rng.random() < 0.4
        else rng.randrange(len(data)) for _ in range(count - 8)]


class Tries:
    """One damaged copy after the other, all in the same few folders."""

    def __init__(self, base, top):
        self.base, self.top = base, top
        self.before = base.entries()
        with open(os.path.join(base.ledger, "data.mdb"), "rb") as file:
            self.data = file.read()

    def judge(self, kind, number, data):
        """How each command took it: (verify, show, append)."""
        world = self.base.copy(os.path.join(self.top, "copy-%s-%d" % (kind, number)))
        with open(os.path.join(world.ledger, "data.mdb"), "wb") as file:
            file.write(data)
        statuses, ended = [], []
        done = world.run("compare", world.ledger, self.base.ledger, here=False, timeout=30)
        check(done.status in (0, 3), "damage was taken for another history, or died of", done)
        check(done.status == 0 or lab.one_line(done, 3), "compare", done)
        for words in (("verify", "-q"), ("show", "10.5281/zenodo.101"),
                      ("record", "10.5281/zenodo.999", "--title", "After", "--id", "after")):
            done = world.run(*words, env={"STET_TEST_NOW": str(NOW + 1000)}, timeout=30)
            ended.append(done)
            statuses.append(done.status)
            check(0 <= done.status <= 4, "died", done)
            if done.status == 3:
                if done.out:  # a page with what could be read, and above it what could not
                    done.err = b"".join(done.err.splitlines(True)[-1:])
                line = lab.one_line(lab.Done(done.words, 3, done.out, done.err), 3)
                check(re.search("data.mdb|ledger|entry|table", line), "does not say what is damaged",
                      done)
            if done.status == 1 and words[0] == "verify":
                check(re.search(r"^[a-z0-9-]+: ", done.text), "not verified, and no reason", done)
            if words[0] == "verify" and done.status == 0:
                check(world.entries() == self.before, "verified, with other entries", done)
        if statuses[0] == 0 and statuses[2] == 0:
            entries = world.entries()
            check(entries[:len(self.before)] == self.before and
                  len(entries) == len(self.before) + 2, "the append damaged a sound ledger")
            done = world.run("verify", "-q", env={"STET_TEST_NOW": str(NOW + 2000)})
            check(done.status == 0, "sound before the append and not after it", done, *ended)
        elif statuses[0] == 0:
            check(statuses[2] == 3, "verified, and then refused as if it were wrong", *ended)
        shutil.rmtree(world.top)
        return kind, tuple(statuses)


def count_results(report, results):
    """Prints what became of the copies of each kind."""
    kinds = {}
    for result in results:
        if result is not None:
            kinds.setdefault(result[0], []).append(result[1])
    for kind, statuses in sorted(kinds.items()):
        verify = [s[0] for s in statuses]
        report.say("%-9s %4d copies: %4d diagnosed by verify (%d named, %d could not be read), "
                   "%4d unaffected; show %d, append %d could not; died: 0" % (
                       kind, len(statuses), len(verify) - verify.count(0), verify.count(1),
                       verify.count(3), verify.count(0),
                       sum(s[1] == 3 for s in statuses), sum(s[2] == 3 for s in statuses)))


# --- as a person would -------------------------------------------------------------------------------


def find(data, entry):
    """Where an entry lies in data.mdb: every copy of it, the newest page among them."""
    places, at = [], data.find(entry)
    while at >= 0:
        places.append(at)
        at = data.find(entry, at + 1)
    return places


def tampered(base, top, seq, entry, data, byte):
    """One byte of one entry changed: verify names the entry, show goes on speaking."""
    world = base.copy(os.path.join(top, "tampered-%d-%d" % (seq, byte)))
    changed = bytearray(data)
    places = find(data, entry)
    check(places, "entry %d does not lie in data.mdb in one piece" % seq)
    for place in places:
        changed[place + byte] ^= 0x01
    with open(os.path.join(world.ledger, "data.mdb"), "wb") as file:
        file.write(changed)
    done = world.run("verify", "-q")
    check(done.status == 1, "entry %d byte %d: not caught" % (seq, byte), done)
    check(re.search(r"^[a-z0-9-]+: entry %d\b" % seq, done.text, re.M),
          "entry %d byte %d: no diagnosis names it" % (seq, byte), done)
    done = world.run("show", "10.5281/zenodo.101")
    check(done.status in (0, 1, 3, 4), "entry %d byte %d: show" % (seq, byte), done)
    check(done.status != 3 or lab.one_line(done, 3), "show", done)
    check(done.text != "" or done.error != "", "show says nothing", done)
    shutil.rmtree(world.top)
    return seq


def hand_changed(base, top, report):
    data_file = os.path.join(base.ledger, "data.mdb")
    with open(data_file, "rb") as file:
        data = file.read()
    entries = base.entries()
    rng = random.Random(3)
    cases = []
    for seq, entry in enumerate(entries):
        for byte in sorted({0, len(entry) - 1} | {rng.randrange(len(entry)) for _ in range(8)}):
            cases.append(("entry %d, byte %d changed" % (seq, byte), base, top, seq, entry, data,
                          byte))
    results = report.attempt_all(cases, tampered)
    report.say("%d of %d changed bytes in %d entries caught, the entry named each time" % (
        len([r for r in results if r is not None]), len(cases), len(entries)))


def title_changed(base, top):
    """What somebody would want to do: another title, digest for digest the same length."""
    world = base.copy(os.path.join(top, "title"))
    path = os.path.join(world.ledger, "data.mdb")
    with open(path, "rb") as file:
        data = file.read()
    check(b"title of record 9 " in data, "the title is not found")
    with open(path, "wb") as file:
        file.write(data.replace(b"title of record 9 ", b"title of record X "))
    seq = [i for i, e in enumerate(base.entries()) if b"title of record 9 " in e][0]
    done = world.run("verify", "-q")
    check(done.status == 1 and "entry %d" % seq in done.text, "a changed title is not caught", done)
    done = world.run("verify", "10.5281/zenodo.101")
    check(done.status == 1, "the record's own chain does not notice", done)
    done = world.run("show", "10.5281/zenodo.101")
    check(done.status in (0, 1), "a changed title cannot be shown", done)


def number_after(word, preset):
    return int(sys.argv[sys.argv.index(word) + 1]) if word in sys.argv else preset


def main():
    report = lab.Report("damage")
    stet = lab.binary()
    flips, cuts = number_after("--flips", 400), number_after("--cuts", 60)
    with lab.folder("damage") as top:
        base = make(stet, os.path.join(top, "base"))
        tries = Tries(base, top)
        cases = []
        for number, (kind, at, bit) in enumerate(flip_places(tries.data, flips)):
            data = bytearray(tries.data)
            data[at] ^= 1 << bit
            cases.append(("%s: bit %d of byte %d flipped" % (kind, bit, at), kind, number,
                          bytes(data)))
        for number, size in enumerate(cut_places(tries.data, cuts)):
            cases.append(("cut to %d of %d bytes" % (size, len(tries.data)), "cut", number,
                          tries.data[:size]))
        count_results(report, report.attempt_all(cases, tries.judge))
        hand_changed(base, top, report)
        report.attempt("a changed title", title_changed, base, top)
    report.finish()


main()
