"""links.py ROOT: what refers to a page refers to one that is there, and to a heading in it.

Relative links of Markdown pages, whose anchors follow the usual rule (a heading's text in lower case,
punctuation dropped, spaces as dashes), and comments in the code that say docs/PAGE.md, "Heading".
"""

import os
import re
import sys

import tree

LINK = re.compile(r"\[[^\]\[]*\]\(([^()\s]+)\)")
COMMENT = re.compile(r'\b(docs/[\w-]+\.md),[\s*]+"([^"]+)"')
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


def in_comments(root, path):
    """What the comments of a source file refer to, and what is wrong with it."""
    for page, heading in COMMENT.findall(tree.read(root, path)):
        heading = re.sub(r"[\s*]+", " ", heading)
        if not os.path.exists(os.path.join(root, page)):
            yield "refers to '%s', which is not there" % page
        elif not re.search(r"^#+ %s$" % re.escape(heading), tree.read(root, page), re.M):
            yield "refers to '%s, \"%s\"', which is no heading there" % (page, heading)
        else:
            yield None


def main():
    root = sys.argv[1]
    faults, count = [], 0
    for path in tree.files(root):
        if path.endswith((".c", ".h", ".def", ".py", ".sh")) and not path.startswith("tests/check/"):
            for why in in_comments(root, path):
                count += 1
                if why:
                    faults.append("%s: %s" % (path, why))
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
