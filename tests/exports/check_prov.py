"""check_prov.py PROGRAM ROOT FOLDER: PROV-JSON by its schema and by python3-prov, and PROV-N against it.

python3-prov reads the JSON and writes PROV-N of its own; statement by statement that must be ours.
(It leaves the punctuation of names without the backslashes that the notation asks for, and times in
another spelling, so both are taken back before they are compared.)  That what we write is PROV-N
is seen by its grammar, as far as we use it."""

import json
import os
import re

import jsonschema
from prov.model import ProvDocument

import stet

faults = []

# --- the grammar of PROV-N, W3C Recommendation 30 April 2013, as far as it is used ------------------

PREFIX = r"[A-Za-z](?:[A-Za-z0-9.\-_]*[A-Za-z0-9\-_])?"
OTHER = r"(?:[/@~&+*?#$!]|%[0-9A-Fa-f]{2}|\\[=\x27(),\-:;\[\].])"
LOCAL = r"(?:[A-Za-z0-9_]|%s)(?:(?:[A-Za-z0-9_\-.]|%s)*(?:[A-Za-z0-9_\-]|%s))?" % (OTHER, OTHER, OTHER)
NAME = r"%s:%s" % (PREFIX, LOCAL)
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"
STRING = r'"(?:[^"\\\r\n]|\\[tbnrf\\"\x27])*"'
VALUE = r"(?:%s(?: %%%% %s)?|-?\d+|'%s')" % (STRING, NAME, NAME)
ATTRIBUTES = r"\[%s=%s(?:, %s=%s)*\]" % (NAME, VALUE, NAME, VALUE)
ARGUMENT = r"(?:%s|%s|-)" % (TIME, NAME)
STATEMENT = re.compile(r" {2,4}([A-Za-z]+)\(%s(?:, %s)*(?:, %s)?\)" % (ARGUMENT, ARGUMENT, ATTRIBUTES))
PREFIX_LINE = re.compile(r" {2,4}prefix %s <[^<>\s]+>" % PREFIX)
BUNDLE_LINE = re.compile(r"  bundle %s" % NAME)


def lines_by_grammar(where, text):
    lines = text.split("\n")
    if lines[:1] != ["document"] or lines[-2:] != ["endDocument", ""]:
        faults.append("%s: not from document to endDocument" % where)
    inside = False
    for line in lines[1:-2]:
        if BUNDLE_LINE.fullmatch(line) and not inside:
            inside = True
        elif line == "  endBundle" and inside:
            inside = False
        elif not PREFIX_LINE.fullmatch(line) and not STATEMENT.fullmatch(line):
            faults.append("%s: not PROV-N: %s" % (where, line))
    if inside:
        faults.append("%s: a bundle without an end" % where)
    return lines


# --- the same statements? --------------------------------------------------------------------------

def in_their_spelling(line):
    line = line.strip()
    # Outside of strings: names without backslashes.
    parts = re.split('(%s)' % STRING, line)
    parts[::2] = [re.sub(r"\\([=\x27(),\-:;\[\].])", r"\1", part) for part in parts[::2]]
    line = "".join(parts)
    line = re.sub(r"(?<=[ ,(])(\d{4}-\d\d-\d\dT[\d:]+)(?:\.(\d+))?Z",
                  lambda m: m[1] + ("." + m[2].ljust(6, "0") if m[2] and int(m[2]) else "") + "+00:00", line)
    return line


def members(text):
    """A statement as its name, its arguments and its attributes without order."""
    head, _, rest = text.partition(", [")
    attributes = re.findall(r"%s=(?:%s|-?\d+|'[^']*')" % (r"[a-z]+:\w+", STRING + r"(?: %% [\w:]+)?"), rest)
    return head.rstrip(")"), tuple(sorted(attributes))


def statements(lines):
    got, bundle = [], None
    for line in lines:
        line = in_their_spelling(line)
        if line.startswith("bundle "):
            bundle = line
        elif line == "endBundle":
            bundle = None
        elif line and line not in ("document", "endDocument") and not line.startswith("prefix "):
            got.append((bundle, members(line)))
    return sorted(got, key=repr)


def easy(text):
    """Without what python3-prov writes in a way of its own: backslashes and line ends in strings."""
    return re.sub(r"\\+u?[0-9a-fA-Fn rt\"\\]*|\s+|\"\"\"", "", text)


def join_multiline(text):
    """A string over several lines, in three quotes, on one."""
    return re.sub(r'"""(.*?)"""', lambda m: '"%s"' % m[1].replace("\\", "\\\\").replace(
        '"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t"), text, flags=re.S)


def compare(where, ours, theirs):
    # Backslashes in strings stand bare there.
    theirs = join_multiline(re.sub(r'\\(?!")', "", theirs))
    a = [easy(repr(s)) for s in statements(ours)]
    b = [easy(repr(s)) for s in statements(theirs.split("\n"))]
    for only in sorted(set(a) ^ set(b))[:4]:
        faults.append("%s: only in %s: %s" % (where, "ours" if only in a else "theirs", only))
    if len(a) != len(b):
        faults.append("%s: %d statements, python3-prov has %d" % (where, len(a), len(b)))


# --- one document ----------------------------------------------------------------------------------

def once(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        faults.append("a JSON object has a member twice: %s" % sorted(names)[:3])
    return dict(pairs)


def look(run, schema, words, where):
    text = run.run("export", "prov", *words)
    notation = run.run("export", "provn", *words).decode()
    if words == ["--all"] and text != run.run("export", "prov", *words):
        faults.append("%s: not the same bytes twice" % where)
    value = json.loads(text, object_pairs_hook=once)
    for error in list(schema.iter_errors(value))[:3]:
        faults.append("%s: %s: %s" % (where, "/".join(map(str, error.path)), error.message[:200]))
    if "lossy" not in json.dumps(value["entity"]):
        faults.append("%s: the loss is not named" % where)
    for name, bundle in value["bundle"].items():
        known = set(bundle["entity"])
        for relation in bundle.get("wasInvalidatedBy", {}).values():
            if not relation["prov:entity"].startswith("e:status/"):
                faults.append("%s: %s invalidates %s" % (where, name, relation["prov:entity"]))
            if relation["prov:entity"] not in known:
                faults.append("%s: invalidates what is not declared" % where)
        for kind in ("wasGeneratedBy", "wasDerivedFrom", "specializationOf", "hadMember", "used"):
            for relation in bundle.get(kind, {}).values():
                ends = [v for k, v in relation.items() if k.lower().endswith("entity")]
                faults.extend("%s: %s of undeclared %s" % (where, kind, end)
                              for end in ends if end not in known)
    document = ProvDocument.deserialize(content=text.decode(), format="json")
    compare(where, lines_by_grammar(where, notation), document.get_provn())
    return len(value["bundle"])


def main():
    program, root, folder = stet.arguments()
    with open(os.path.join(root, "tests/data/prov/prov-json.schema.json"), encoding="utf-8") as file:
        schema = jsonschema.Draft4Validator(json.load(file))
    looked = 0
    for which in (stet.SHIPPED, stet.EVERY):
        run = stet.ledger_of(program, folder, which)
        names = run.records()
        if look(run, schema, ["--all"], which) != len(names):
            faults.append("%s: not a bundle for each record" % which)
        every_fifth = names if which == stet.EVERY else names[::5]
        for name in every_fifth:
            look(run, schema, [name], name)
        looked += len(names)
    stet.finish("prov", faults, "%d records, alone and together" % looked)


main()
