"""rules.py ROOT: every rule of src/base/rules.def says something, is used, and is tested.

Codes are unique, lower-case words joined by dashes.  The meaning is a paragraph and neither the
summary nor the code again; the remedy says what to do.  Each rule is raised somewhere in src/ or
tools/ and asked for by its number or its code somewhere in tests/.
"""

import re
import sys

import tree

CODE = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
KINDS = ("refusal", "diagnosis", "error", "finding", "gap")
# Rules that no test can reach on a healthy machine, each with the reason.
UNTESTED = {}


def parse(text):
    """The rows of the table: id and five texts each, and what is wrong with its form."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    rows, faults = [], []
    string = r'"(?:[^"\\]|\\.)*"'
    pattern = re.compile(r"ST_RULE\(\s*(\w+)((?:\s*,(?:\s*%s)+){5})\s*\)" % string)
    for call in pattern.finditer(text):
        texts = []
        for argument in re.findall(r",((?:\s*%s)+)" % string, call.group(2)):
            texts.append("".join(s[1:-1] for s in re.findall(string, argument)))
        rows.append((call.group(1), *texts))
    if len(rows) != text.count("ST_RULE("):
        faults.append("rules.def: %d of %d rows have not an id and five strings"
                      % (text.count("ST_RULE(") - len(rows), text.count("ST_RULE(")))
    return rows, faults


def words(text):
    return re.findall(r"[a-z0-9]+", text.lower())


def judge(row):
    _, code, kind, summary, meaning, remedy = row
    if not CODE.match(code):
        yield "not lower-case words joined by dashes"
    if kind not in KINDS:
        yield "kind '%s' is none of %s" % (kind, ", ".join(KINDS))
    if not summary or summary.endswith(".") or len(summary) > 100:
        yield "the summary is one line without a full stop"
    if len(meaning) <= len(summary) or len(words(meaning)) < 12:
        yield "the meaning says no more than the summary"
    if not meaning.rstrip().endswith("."):
        yield "the meaning is not made of sentences"
    if set(words(meaning)) <= set(words(summary + " " + code)):
        yield "the meaning repeats the code and the summary"
    if len(words(remedy)) < 2 or remedy.endswith("."):
        yield "the remedy is a request of some words, without a full stop"


def main():
    root = sys.argv[1]
    rows, faults = parse(tree.read(root, "src/base/rules.def"))
    source, tests = "", ""
    for path in tree.files(root):
        if path.startswith(("src/", "tools/")) and path.endswith((".c", ".h")):
            source += tree.read(root, path)
        elif path.startswith("tests/") and not path.startswith(("tests/check/", "tests/data/")):
            tests += tree.read(root, path)
    numbers = {"used": set(re.findall(r"\bST_[A-Z0-9_]+\b", source)),
               "tested": set(re.findall(r"\bST_[A-Z0-9_]+\b", tests))}
    codes = {"used": set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", source)),
             "tested": set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", tests))}
    seen = set()
    for row in rows:
        rule, code = row[0], row[1]
        faults += ["%s: %s" % (code, why) for why in judge(row)]
        if code in seen:
            faults.append("%s: a second rule of this code" % code)
        seen.add(code)
        if "ST_" + rule not in numbers["used"] and code not in codes["used"]:
            faults.append("%s: raised nowhere" % code)
        tested = "ST_" + rule in numbers["tested"] or code in codes["tested"]
        if not tested and code not in UNTESTED:
            faults.append("%s: no test asks for it" % code)
        if tested and code in UNTESTED:
            faults.append("%s: has a test, and an excuse for having none" % code)
    tree.finish("rules", faults, "%d rules" % len(rows))


main()
