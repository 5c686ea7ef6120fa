"""places.py ROOT: no tracked file names a place of the machine it was written on, or a registry.

The project needs Debian's archive through apt and nothing else; a path below somebody's home, a
build machine's folder or a registry's host in a file would be such a need, or a leak.
"""

import re
import sys

import tree

PLACES = re.compile("|".join((
    r"(?<![\w./$}{-])/(?:home|Users|root|work|workspace|farm|builds?)/(?:\w|\.\w)",
    r"/tmp/(?:b[a-z]*[-_]|build|bash)",
    r"(?:https?://|\b)(?:deb|snapshot|security|ftp)\.debian\.org",
    r"\b(?:registry\.npmjs|registry\.yarnpkg|files\.pythonhosted|proxy\.golang|crates)\.(?:org|com|io)",
    r"\bpypi\.org/",
    r"\bghcr\.io|\bdocker\.io",
)))
# Texts of other people, kept as they came.
FOREIGN = ("tests/data/", "tests/vectors/")


def main():
    root = sys.argv[1]
    faults, count = [], 0
    for path in tree.files(root):
        if path.startswith(FOREIGN) or path.startswith("tests/check/"):
            continue
        count += 1
        for number, line in enumerate(tree.read(root, path).splitlines(), 1):
            found = PLACES.search(line)
            if found:
                faults.append("%s:%d: names a place: '%s'" % (path, number, found.group(0)))
    tree.finish("places", faults, "%d files" % count)


main()
