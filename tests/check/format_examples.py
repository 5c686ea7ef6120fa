"""format_examples.py ROOT [--update]: page, vectors, reference and code cannot drift apart.

1. tests/independent/stet_reference.py makes the vectors again; every file must be the same.
2. Every example of docs/format.md must be what the vectors say.  An example is a fenced block whose
   first line names its kind and where its value stands:

       ```text hex ledger.json#/entries/0/leaf      hex; white space and '# ...' mean nothing
       ```text lines note.json#/checkpoints/0/note  a text, or a list of lines
       ```text diag ...                             CBOR diagnostic notation, refilled
       ```text table ...                            an object: one 'key value' a line
       ```text rows FILE#POINTER MEMBER...          a list of objects: the members of one a line
       ```json value ...                            JSON

   A block of hex that names no vector is a fault.
3. One character changed in any example is seen.
4. Each section that a comment in the code names ('docs/format.md, "Names"') is there.

--update writes the blocks of the page from the vectors.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap

BLOCK = re.compile(r"^```(text|json) (\w+) (\w+\.json)#(\S*)((?: \w+)*)\n(.*?)^```$", re.M | re.S)
FENCE = re.compile(r"^```(.*)\n(.*?)^```$", re.M | re.S)
REFERENCE = re.compile(r'format\.md,\s+(?:\*\s+)?((?:"[^"]+"(?:\s+and\s+|,\s+)?)+)')
LONG_HEX = re.compile(r"[0-9a-f]{24}")
LEAST_EXAMPLES = 60


def look_up(folder, name, pointer):
    with open(os.path.join(folder, name), encoding="ascii") as file:
        value = json.load(file)
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def cell(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return text if re.fullmatch("[!#-~][!-~]*", text) else json.dumps(text)


def refill(text):
    """Diagnostic notation at 100 columns, broken behind commas and inside long byte strings."""
    pieces = re.sub(r"h'([0-9a-f]+)'", lambda m: "h'%s'" % m.group(1), text).replace(", ", ",\n")
    lines, line = [], ""
    for piece in pieces.split("\n"):
        if line and len(line) + 1 + len(piece) > 100:
            lines.append(line)
            line = " "
        line = line + (" " if line.strip() else "") + piece if line != "" else piece
    return "\n".join(lines + [line])


def shown(kind, value, members):
    if kind == "hex":
        return "\n".join(textwrap.wrap(value, 96)) + "\n"
    if kind == "lines":
        text = "\n".join(value) if isinstance(value, list) else value
        return text if text.endswith("\n") else text + "\n"
    if kind == "diag":
        return refill(value) + "\n"
    if kind == "table":
        return "".join("%s %s\n" % (cell(key), cell(item)) for key, item in value.items())
    if kind == "rows":
        return "".join("%s\n" % " ".join(cell(row[member]) for member in members) for row in value)
    if kind == "value":
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    raise SystemExit("format-examples: no kind '%s'" % kind)


def same(kind, text, expected):
    if kind == "hex":
        return "".join(re.sub("#.*", "", text).split()) == "".join(expected.split())
    if kind == "value":
        try:
            return json.loads(text) == json.loads(expected)
        except ValueError:
            return False
    return text == expected


def examples(page, folder):
    """[(what, kind, text on the page, text by the vectors)]"""
    found = []
    for match in BLOCK.finditer(page):
        _, kind, name, pointer, members, text = match.groups()
        expected = shown(kind, look_up(folder, name, pointer), members.split())
        found.append(("%s#%s" % (name, pointer), kind, text, expected))
    return found


def update(path, folder):
    def fill(match):
        language, kind, name, pointer, members, _ = match.groups()
        text = shown(kind, look_up(folder, name, pointer), members.split())
        return "```%s %s %s#%s%s\n%s```" % (language, kind, name, pointer, members, text)

    with open(path, encoding="utf-8") as file:
        page = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(BLOCK.sub(fill, page))


def changed(text):
    """text with one character in the middle replaced by another of its kind."""
    at = next(i for i in range(len(text) // 2, len(text)) if text[i].isalnum())
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


def regenerate(root):
    """Faults of the vectors against what the reference makes now."""
    reference = os.path.join(root, "tests", "independent", "stet_reference.py")
    folder, faults = os.path.join(root, "tests", "vectors", "format"), []
    with tempfile.TemporaryDirectory() as fresh:
        subprocess.run([sys.executable, "-I", "-S", reference, "generate", fresh], check=True,
                       stdout=subprocess.DEVNULL)
        made, kept = set(os.listdir(fresh)), set(os.listdir(folder)) - {"README.md"}
        faults += ["%s is not made by the reference" % name for name in sorted(kept - made)]
        faults += ["%s is missing" % name for name in sorted(made - kept)]
        for name in sorted(made & kept):
            with open(os.path.join(fresh, name), "rb") as new, \
                    open(os.path.join(folder, name), "rb") as old:
                if new.read() != old.read():
                    faults.append("%s is not what the reference makes" % name)
    return len(made), faults


def references(root, page):
    """Sections that the code names, and faults."""
    headings = set(re.findall(r"^#+ (.*)$", page, re.M))
    count, faults = 0, []
    for top in ("src", "include", "tools", "tests"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if not name.endswith((".c", ".h", ".def", ".py")) or name == os.path.basename(__file__):
                    continue
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8", errors="replace") as file:
                    for match in REFERENCE.finditer(file.read()):
                        for section in re.findall('"([^"]+)"', match.group(1)):
                            section = " ".join(section.replace("*", " ").split())
                            count += 1
                            if section not in headings:
                                faults.append("%s names a section '%s' that the page has not"
                                              % (os.path.relpath(path, root), section))
    return count, faults


def main():
    root = sys.argv[1]
    path = os.path.join(root, "docs", "format.md")
    folder = os.path.join(root, "tests", "vectors", "format")
    if sys.argv[2:] == ["--update"]:
        update(path, folder)
    files, faults = regenerate(root)
    with open(path, encoding="utf-8") as file:
        page = file.read()
    blocks = examples(page, folder)
    seen = 0
    for what, kind, text, expected in blocks:
        if not same(kind, text, expected):
            faults.append("the example %s is not what the vectors say" % what)
        elif same(kind, changed(text), expected):
            faults.append("a change in the example %s is not seen" % what)
        else:
            seen += 1
    named = len(blocks)
    if named < LEAST_EXAMPLES:
        faults.append("only %d examples found, less than %d" % (named, LEAST_EXAMPLES))
    for language, text in FENCE.findall(page):
        if language != "cddl" and LONG_HEX.search(text) and not BLOCK.match(
                "```%s\n%s```" % (language, text)):
            faults.append("an example names no vector: '%s'" % text.strip().split("\n")[0][:60])
    sections, more = references(root, page)
    for fault in faults + more:
        print("format-examples: %s" % fault)
    print("format-examples: %d files made again, %d examples, %d changes seen, %d sections named by "
          "the code, %d faults" % (files, named, seen, sections, len(faults) + len(more)))
    sys.exit(1 if faults or more else 0)


main()
