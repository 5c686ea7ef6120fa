"""roots.py [STET]: an OCFL storage root on a disk that is too small for it.

The same records are exported into rooms of several sizes. What does not fit is said in one line; what is
there then is a storage root of whole objects, which `stet check` verifies. Then there is more room, and
the same command makes of it what it would have been. So, too, for a version that is added.

--only WORD runs the cases whose name contains WORD.
"""

import os
import shutil
import sys

import lab
from bags import can_mount, same
from lab import check

RECORDS = 6
ROOMS = (8, 48, 200, 480, 700, 900, 1100, 1300, 1500)  # KiB; six objects have some 1,500

# $0: where the disk is mounted; $1: its KiB; $2: a root to begin with, or ''; then the command. Outputs
# lie beside: a mount ends with its process.
SCRIPT = '''
room=$1 begin=$2 && shift 2
mount -t tmpfs -o "size=${room}k" none "$0" || exit 99
[ -z "$begin" ] || cp -a "$begin" "$0/root" || exit 98
"$@" >"$0.out" 2>"$0.err"; echo $? >"$0.status"
if [ -e "$0/root" ]; then "$1" check "$0/root" --no-remember --key "$KEY" >"$0.check" 2>&1; echo $? >"$0.checked"; fi
ls -A "$0" >"$0.left"
mount -o "remount,size=64m" "$0" || exit 97
"$@" || exit 96
cp -a "$0/root" "$0.root"
'''


class Bench:
    def __init__(self, stet, top):
        self.top, self.number = top, 0
        self.world = world = lab.World(stet, os.path.join(top, "world")).init()
        for number in range(RECORDS):
            name = "10.5281/zenodo.%d" % number
            world.must("record", name, "--title", "Number %d" % number, "--id", "r%d" % number)
            self.attach(name, number)
        self.key = world.must("checkpoint", "show", "--vkey").text.strip()
        self.first = self.export("first")
        for number in range(RECORDS):
            self.attach("10.5281/zenodo.%d" % number, RECORDS + number)
        shutil.copytree(self.first, os.path.join(top, "second"))
        self.second = self.export("second")

    def attach(self, name, number):
        content = os.path.join(self.top, "content")
        with open(content, "wb") as file:
            file.write(os.urandom(50000))
        self.world.must("artifact", name, "document=" + content, "--id", "a%d" % number)

    def export(self, name):
        root = os.path.join(self.top, name)
        self.world.must("export", "ocfl", "--all", "-q", "--no-remember", "-o", root)
        return root


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def size_of(root):
    return sum(os.path.getsize(os.path.join(base, name)) // 4096 * 4 + 4
               for base, _, names in os.walk(root) for name in names)


def no_room(bench, room, begin, wanted):
    bench.number += 1
    place = os.path.join(bench.top, "disk-%d" % bench.number)
    os.mkdir(place)
    done = bench.world.run("export", "ocfl", "--all", "-q", "--no-remember", "-o",
                           os.path.join(place, "root"),
                           wrap=["env", "KEY=" + bench.key, "unshare", "-rm", "sh", "-c", SCRIPT, place,
                                 str(room), begin])
    check(done.status == 0, "the disk, or the same command with room", done)
    status, errors = int(read(place + ".status")), read(place + ".err")
    check(status in (0, 3), "neither done nor 'could not'", status, errors)
    if status == 3:
        check(errors.count("\n") == 1 and ("No space" in errors or "full" in errors),
              "does not say in one line that the disk is full", errors)
    if os.path.exists(place + ".checked"):
        check(read(place + ".checked").strip() == "0", "what is there does not verify",
              read(place + ".check"), errors)
    check(set(read(place + ".left").split()) <= {"root"}, "left beside it", read(place + ".left"))
    check(same(place + ".root", wanted), "another root than with room from the beginning", errors)
    shutil.rmtree(place + ".root")
    return status


def main():
    report = lab.Report("roots")
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    stet = lab.binary()
    if not can_mount():
        report.say("no small disks here (unshare -rm): skipped")
        sys.exit(77)
    with lab.folder("roots") as top:
        bench = Bench(stet, top)
        for name, begin, wanted in (("new", "", bench.export("new")),
                                    ("more", bench.first, bench.second)):
            full = 0
            for room in ROOMS if only in name else ():
                full += report.attempt("%s in %d KiB" % (name, room), no_room, bench,
                                       room + (size_of(begin) if begin else 0), begin, wanted) == 3
            if only in name:
                check(full > 2, "the rooms are too large", full)
                report.say("%-4s %d of %d rooms were too small" % (name, full, len(ROOMS)))
    report.finish()


if __name__ == "__main__":
    main()
