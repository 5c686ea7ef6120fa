"""memory.py [STET]: memory does not grow with the ledger, nor with the file that is imported.

A ledger of works as Crossref has them is made, and again one of ten times as many. What is measured is the
most memory of its own (RssAnon) that a command has: pages of mapped files are the kernel's to take back.
Each command may take MORE above what it takes of the small ledger, or above FLOOR: where there is little
to do, not all of what it has room for is made use of. An import takes what remembering its rows takes,
which ends at 98,304 of them, and the pages that a batch changes: it is held against one number, and so is
verify, which makes the tables again (unit/verify_memory looks at that more closely).

--all: 10,000 and 100,000 records, and an import of 200,000, which takes some ten minutes.
"""

import json
import os
import shutil
import subprocess
import sys
import time

import lab
from lab import check

SMALL, LARGE = (10000, 100000) if "--all" in sys.argv else (300, 3000)
IMPORT = 200000 if "--all" in sys.argv else LARGE
MORE, FLOOR = 1024, 8192  # KiB
IMPORT_MAX, VERIFY_MAX = 48 * 1024, 16 * 1024
COMMANDS = (
    ("export site", ["export", "site", "-q", "--no-remember", "-o", "@/site"]),
    ("export tiles", ["export", "tiles", "-q", "--no-remember", "-o", "@/tiles"]),
    ("check of tiles", ["check", "@/tiles", "-q", "--no-remember"]),
    ("export jsonl", ["export", "jsonl", "-q", "--no-remember", "-o", "@/all.jsonl"]),
    ("export csv", ["export", "csv", "--all", "-q", "--no-remember", "-o", "@/all.csv"]),
    ("export datacite", ["export", "datacite", "--all", "-q", "--no-remember", "-o", "@/datacite"]),
    ("export prov", ["export", "prov", "--all", "-q", "--no-remember", "-o", "@/all.prov"]),
    ("export bagit", ["export", "bagit", "--all", "-q", "--no-remember", "-o", "@/all.tar.zst"]),
    ("verify", ["verify", "-q", "--no-remember"]),
)


def write_works(path, count):
    """One in ten is retracted."""
    day = {"date-parts": [[2020, 3, 4]]}
    with open(path, "w", encoding="utf-8") as file:
        for number in range(count):
            work = {"DOI": "10.5555/w%07d" % number, "title": ["Work number %d" % number],
                    "publisher": "Press", "created": {"date-time": "2020-03-04T00:00:00Z"}}
            if number % 10 == 0:
                work["updated-by"] = [{"DOI": "10.5555/n%07d" % number, "type": "retraction",
                                       "updated": day}]
            file.write(json.dumps(work) + "\n")


def own_memory(pid):
    try:
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def peak(world, words):
    """The most memory of its own that the command was seen with, in KiB."""
    words = [w.replace("@", world.top) for w in words]
    run = world.start(*words, here=words[0] != "check", stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL)
    most = 0
    while run.poll() is None:
        most = max(most, own_memory(run.pid))
        time.sleep(0.002)
    # Nobody is known to the check of tiles.
    check(run.returncode in ((0, 3) if words[0] == "check" else (0,)), "exit", words, run.returncode)
    return most


def fill(stet, top, count):
    """A ledger of so many works; and the memory that it took to import them."""
    world = lab.World(stet, os.path.join(top, str(count)))
    os.makedirs(world.top)
    world.init()
    works = os.path.join(world.top, "works.jsonl")
    write_works(works, count)
    most = peak(world, ["import", "crossref", works, "--no-copies", "-q"])
    os.unlink(works)
    return world, most


def compare(report, name, words, small, large):
    before, after = peak(small, words), peak(large, words)
    report.say("%-16s %6d KiB of %d works, %6d of %d" % (name, before, SMALL, after, LARGE))
    most = VERIFY_MAX if name == "verify" else max(before, FLOOR) + MORE
    check(after <= most, "%s: %d KiB, and %d" % (name, before, after))


def compare_import(report, stet, top, known):
    most = known if IMPORT == LARGE else None
    if most is None:
        world, most = fill(stet, top, IMPORT)
        shutil.rmtree(world.top)
    report.say("%-16s %6d KiB of %d works" % ("import crossref", most, IMPORT))
    check(most <= IMPORT_MAX, "%d KiB" % most)


def main():
    report = lab.Report("memory")
    stet = lab.binary()
    with lab.folder("memory") as top:
        small, _ = fill(stet, top, SMALL)
        large, most = fill(stet, top, LARGE)
        for name, words in COMMANDS:
            report.attempt(name, compare, report, name, words, small, large)
        report.attempt("import", compare_import, report, stet, top, most)
    report.finish()


if __name__ == "__main__":
    main()
