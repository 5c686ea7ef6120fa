"""links.py ROOT: every relative link of a Markdown page leads to a file that is there, and to a heading.

Anchors follow the usual rule: a heading's text in lower case, punctuation dropped, spaces as dashes.
"""

import os
import re
import sys

import tree

LINK = re.compile(r"\[[^\]\[]*\]\(([^()\s]+)\)")
FOREIGN = ("tests/data/", "tests/vectors/")


def without_code(text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    text = re.sub(r"^    .*$", "", text, flags=re.M)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    found = set()
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", text, re.M):
        plain = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(plain.replace(" ", "-"))
    return found


def judge(root, path, target):
    file, _, anchor = target.partition("#")
    full = os.path.normpath(os.path.join(root, os.path.dirname(path), file)) if file else (
        os.path.join(root, path))
    if not os.path.exists(full):
        return "leads to '%s', which is not there" % target
    if anchor and full.endswith(".md") and anchor not in anchors(tree.read(root, full)):
        return "leads to '%s', which has no such heading" % target
    return None


def main():
    root = sys.argv[1]
    faults, count = [], 0
    for path in tree.files(root):
        if not path.endswith(".md") or path.startswith(FOREIGN):
            continue
        for target in LINK.findall(without_code(tree.read(root, path))):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            count += 1
            why = judge(root, path, target)
            if why:
                faults.append("%s: %s" % (path, why))
    tree.finish("links", faults, "%d links" % count)


main()
