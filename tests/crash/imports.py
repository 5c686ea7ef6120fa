"""imports.py [STET]: imports killed in the middle and run again.

Each import runs once as it should. Then it runs on a fresh copy of the same ledger, killed (SIGKILL) at
one of its syncs (fdatasync), and once more to its end: the statements are the same, by name, id and payload, and
the ledger verifies; a third run adds nothing. Batches, times and with them leaf hashes may differ, so a
target counts as the statement that it is. One round of each kills every attempt two syncs on, until one
comes through.

  list    the list of retractions
  whole   the same with rows edited, vanished and new, and --whole
  back    what was the first file again: what vanished comes back, what was new vanishes
  deltas  edits between two readings, which lift what they said themselves
  works   works of Crossref, both sides of their updates, each kept beside the ledger

-v prints each case; --all kills at every sync, not at some.
"""

import json
import os
import sys

import lab
from lab import check

ROWS = 420
BATCH = 100  # of which 36 are gathered, as a row has room for 64
SOME = 9
NOW = {"STET_TEST_NOW": "1780000000000"}
# When it was appended, and as which entry.
PASSING = ("signed_at", "kid", "alg")


def master(edited):
    """A list with Record IDs; edited: every 7th row another notice, every 11th gone, some new."""
    lines = ["Record ID,RetractionDate,RetractionDOI,OriginalPaperDOI,RetractionNature,Reason,"]
    for number in range(1, ROWS + 1 + (40 if edited else 0)):
        if edited and number % 11 == 0:
            continue
        notice = "n%d%s" % (number, "-b" if edited and number % 7 == 0 else "")
        lines.append("%d,3/9/2026 0:00,10.5555/%s,10.5555/p%d,%s,+Unreliable Results;," % (
            number, notice, number % 300, ("Retraction", "Correction", "")[number % 3]))
    return "\r\n".join(lines) + "\r\n"


def deltas():
    """Added, changed there and back, removed; some of it about what was never added."""
    lines = []

    def edit(op, number, notice, day, was=None):
        line = {"op": op, "map": "retraction", "doi": "10.5555/p%d" % number,
                "notice": "10.5555/" + notice, "snapshot": "2026-06-%02dT00:00:00+00:00" % day}
        lines.append(json.dumps(line if was is None else dict(line, was="10.5555/" + was)))
    for number in range(60):
        edit("add", number, "a", 1)
    for number in range(20, 60, 4):
        edit("change", number, "b", 2, "a")
        edit("change", number, "a", 3, "b")
    for number in range(50, 70):
        edit("remove", number, "a", 4)
    return "\n".join(lines) + "\n"


def works():
    """Notices and their papers; every third paper names another source of its update, too."""
    lines = []
    for number in range(60):
        day = {"date-parts": [[2020, 1 + number % 12]]}
        update = {"type": "retraction", "updated": day}
        paper, notice = "10.5555/p%d" % number, "10.5555/n%d" % number
        by = [dict(update, DOI=notice)]
        if number % 3 == 0:
            by.append(dict(update, DOI=notice, source="retraction-watch", **{"record-id": number}))
        lines.append({"DOI": paper, "title": ["Paper %d" % number], "updated-by": by})
        lines.append({"DOI": notice, "title": ["Notice"], "update-to": [dict(update, DOI=paper)]})
    return json.dumps({"message": {"items": lines}})


def said(world):
    """What the ledger says, whatever the batches: leaf hashes are told by what they are of."""
    done = world.must("export", "jsonl", "-q")
    entries = [json.loads(line) for line in done.text.splitlines()]
    known = {e["leaf"]: e["statement"].get("id", "") for e in entries}
    found = []
    for entry in entries:
        statement = entry["statement"]
        if statement["type"] not in ("record", "doi", "artifact", "correction", "snapshot"):
            continue
        statement = {k: v for k, v in statement.items() if k not in PASSING}
        statement["targets"] = [known[leaf] for leaf in statement.get("targets", [])]
        found.append(json.dumps(statement, sort_keys=True))
    return sorted(found)


class Import:
    """One import: the ledger it begins with, its command line, and what it comes to."""

    def __init__(self, base, name, words):
        self.base, self.name = base, name
        self.words = ["import", "-q", "--batch", str(BATCH)] + words
        self.after, self.said, self.syncs = None, None, 0

    def run(self, world, **kw):
        return world.run(*self.words, env=NOW, **kw)

    def undisturbed(self, top):
        world = self.base.copy(top)
        log = os.path.join(world.top, "strace.log")
        done = self.run(world, wrap=["strace", "-f", "-qq", "-e", "trace=fdatasync", "-o", log])
        check(done.status == 0, "the undisturbed import", done)
        with open(log, encoding="utf-8", errors="replace") as file:
            self.syncs = sum("fdatasync(" in line for line in file)
        os.unlink(log)
        self.after, self.said = world, said(world)
        return world

    def ends_the_same(self, world):
        done = self.run(world)
        check(done.status == 0, "the import after it was killed", done)
        now = said(world)
        check(len(now) == len(self.said), "%d statements, not %d" % (len(now), len(self.said)))
        for here, there in zip(now, self.said):
            check(here == there, "another statement", here, there)
        done = world.run("verify", "-q", env=NOW)
        check(done.status == 0, "the ledger does not verify", done)
        before = len(world.entries())
        done = self.run(world)
        check(done.status == 0 and len(world.entries()) == before, "a third run adds something", done)

    def killed_at(self, nth):
        # The store's own: before and after each commit.
        return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync",
                "-e", "inject=fdatasync:signal=SIGKILL:when=%d" % nth]


def kill_once(what, top, nth):
    world = what.base.copy(os.path.join(top, "%s-%d" % (what.name, nth)))
    done = what.run(world, wrap=what.killed_at(nth))
    check(done.status in (0, -9, 137), "neither killed nor done", done)
    if "-v" in sys.argv:
        print("%s killed at sync %d: %s, %d of %d" % (
            what.name, nth, done.status, len(said(world)), len(what.said)), flush=True)
    what.ends_the_same(world)
    return done.status != 0


def kill_again_and_again(what, top):
    world = what.base.copy(os.path.join(top, what.name + "-again"))
    for attempt in range(1, 200):
        if what.run(world, wrap=what.killed_at(5)).status == 0:
            break
    check(attempt > 2, "it was hardly killed")
    what.ends_the_same(world)


def write(top, name, text):
    path = os.path.join(top, name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def main():
    report = lab.Report("imports")
    with lab.folder("imports") as top:
        first, second = write(top, "a.csv", master(False)), write(top, "b.csv", master(True))
        edits = write(top, "edits.jsonl", deltas())
        answer = write(top, "works.json", works())
        base = lab.World(lab.binary(), os.path.join(top, "base"))
        os.makedirs(base.top)
        base.init()
        listed = Import(base, "list", ["retraction-watch", first, "--whole"])
        world = listed.undisturbed(os.path.join(top, "listed"))
        whole = Import(world, "whole", ["retraction-watch", second, "--whole"])
        world = whole.undisturbed(os.path.join(top, "edited"))
        back = Import(world, "back", ["retraction-watch", first, "--whole"])
        back.undisturbed(os.path.join(top, "back"))
        delta = Import(base, "deltas", ["deltas", edits])
        delta.undisturbed(os.path.join(top, "replayed"))
        crossref = Import(base, "works", ["crossref", answer])
        crossref.undisturbed(os.path.join(top, "crossref"))
        imports = (listed, whole, back, delta, crossref)
        cases = []
        for what in imports:
            report.say("%s: %d statements, %d syncs" % (what.name, len(what.said), what.syncs))
            step = 1 if "--all" in sys.argv else max(1, what.syncs // SOME)
            cases += [("%s killed at sync %d" % (what.name, nth), what, top, nth)
                      for nth in range(1, what.syncs + 1, step)]
        killed = report.attempt_all(cases, kill_once)
        if sum(bool(k) for k in killed) < len(cases) // 3:
            report.fault("all", "hardly any import was killed")
        report.attempt_all([(w.name, w, top) for w in imports],
                           kill_again_and_again)
    report.finish()


if __name__ == "__main__":
    main()
