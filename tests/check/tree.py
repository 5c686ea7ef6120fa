"""What the checks share: which files belong to the project, and how a check ends."""

import os
import subprocess
import sys

SKIPPED_FOLDERS = {".git", "build", "stet-demo"}


def files(root):
    """Paths relative to root: what git tracks, or every file of a tree that git does not know."""
    if os.path.exists(os.path.join(root, ".git")):
        # The tree may belong to another user than the one who checks (root in a container).
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z"],
            stdout=subprocess.PIPE, check=True).stdout
        paths = [p.decode() for p in listed.split(b"\0") if p]
        return sorted(p for p in paths if os.path.isfile(os.path.join(root, p)))
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders
                      if f not in SKIPPED_FOLDERS and not f.startswith("build-")]
        found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def finish(name, faults, looked_at):
    """Prints the faults and ends the program; a check that looked at nothing has failed."""
    for fault in faults:
        print(fault)
    print("%s: %s, %d wrong" % (name, looked_at, len(faults)))
    sys.exit(1 if faults or looked_at.startswith("0 ") else 0)
