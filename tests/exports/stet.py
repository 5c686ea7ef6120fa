"""What the checks of exports share: running the command, and the two ledgers they look at."""

import json
import os
import subprocess
import sys

NOW = 1783000000000
SHIPPED, EVERY = "shipped", "every"


class Stet:
    """The command in a home of its own below a folder, with a clock that stands still."""

    def __init__(self, program, folder):
        self.program, self.folder = os.path.abspath(program), os.path.abspath(folder)
        self.env = {
            "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "dumb", "COLUMNS": "80",
            "HOME": self.folder, "XDG_CONFIG_HOME": os.path.join(self.folder, "config"),
            "STET_STATE": os.path.join(self.folder, "state"), "STET_TEST_NOW": str(NOW),
            "STET_LEDGER": os.path.join(self.folder, "ledger"), "TMPDIR": self.folder,
        }
        for name, value in os.environ.items():
            if "SAN_OPTIONS" in name:
                self.env[name] = value

    def try_to(self, *words, data=None):
        return subprocess.run([self.program, *words], input=data, capture_output=True,
                              cwd=self.folder, env=self.env, timeout=600, check=False)

    def run(self, *words, data=None, want=0):
        done = self.try_to(*words, data=data)
        if done.returncode != want:
            sys.exit("stet %s: exit %d, not %d\n%s%s" % (
                " ".join(words), done.returncode, want, done.stdout.decode(errors="replace"),
                done.stderr.decode(errors="replace")))
        return done.stdout

    def later(self, seconds):
        self.env["STET_TEST_NOW"] = str(int(self.env["STET_TEST_NOW"]) + seconds * 1000)

    def entries(self, *words):
        return [json.loads(line) for line in self.run("export", "jsonl", *words).splitlines()]

    def entries_of(self, name):
        """None where there are none."""
        return self.try_to("export", "jsonl", name).stdout.splitlines()

    def records(self):
        """A name of each record, as the audit tells of them."""
        names = []
        for line in self.run("export", "provn", "--all").decode().splitlines():
            if "prov:type='prov:Bundle'" in line:
                names.append(line.split('prov:label="')[1].rsplit('"', 1)[0])
        return names


def ledger_of(program, folder, which):
    return Stet(program, os.path.join(folder, which))


def arguments():
    """PROGRAM ROOT FOLDER: the command, the source tree, where the ledgers are."""
    return sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3]


def finish(what, faults, seen):
    for fault in faults[:50]:
        print("%s: %s" % (what, fault))
    if faults:
        sys.exit("%s: %d faults" % (what, len(faults)))
    if not seen:
        sys.exit("%s: nothing was looked at" % what)
    print("%s: %s" % (what, seen))
