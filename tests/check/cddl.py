"""cddl.py ROOT FOLDER: encoded statements against schemas/statements.cddl.

Judges, with a reader of its own for CBOR and for the part of CDDL (RFC 8610) that the file uses:
every entry of the example ledger, every *.cbor of FOLDER (statements), and copies of these that
lack a required member or have one too many, which the grammar has to refuse.
"""

import os
import re
import sys

import tree

TOKEN = re.compile(r"""\s*(?:;[^\n]*\n\s*)*(?:
    (?P<string>"[^"]*") | (?P<range>\.\.) | (?P<control>\.[a-z]+) | (?P<tag>\#6\.\d+)
  | (?P<arrow>=>) | (?P<number>-?\d+) | (?P<name>[A-Za-z][A-Za-z0-9_-]*) | (?P<mark>[=/{}\[\](),:?*+])
  )""", re.X)


class Tag:
    def __init__(self, number, value):
        self.number, self.value = number, value


# --- CBOR: what the profile has, decoded without judgement of spelling -------------------------

def decode(data, at=0):
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info < 24:
        argument = info
    else:
        size = 1 << (info - 24)
        argument = int.from_bytes(data[at:at + size], "big")
        at += size
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major in (2, 3):
        raw = bytes(data[at:at + argument])
        return (raw if major == 2 else raw.decode()), at + argument
    if major == 4:
        items = []
        for _ in range(argument):
            item, at = decode(data, at)
            items.append(item)
        return items, at
    if major == 5:
        pairs = {}
        for _ in range(argument):
            key, at = decode(data, at)
            pairs[key], at = decode(data, at)
        return pairs, at
    if major == 6:
        value, at = decode(data, at)
        return Tag(argument, value), at
    return {20: False, 21: True, 22: None}[info], at


def encoded_key(key):
    """How a key sorts: text of up to 255 bytes, as all keys of the grammar are."""
    raw = key.encode()
    head = bytes([0x60 | len(raw)]) if len(raw) < 24 else bytes([0x78, len(raw)])
    return head + raw


# --- CDDL --------------------------------------------------------------------------------------

class Grammar:
    def __init__(self, text):
        self.tokens, at = [], 0
        text = text.rstrip() + "\n"
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                if re.fullmatch(r"\s*(;[^\n]*\n\s*)*", text[at:]):
                    break
                raise SystemExit("cddl: cannot read: %r" % text[at:at + 60])
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            at = found.end()
        self.at, self.rules = 0, {}
        while self.at < len(self.tokens):
            name = self.take("name")
            self.take("mark", "=")
            self.rules[name] = self.type()

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else (None, None)

    def take(self, kind, text=None):
        found = self.peek()
        if found[0] != kind or (text is not None and found[1] != text):
            raise SystemExit("cddl: %r where %r belongs" % (found[1], text or kind))
        self.at += 1
        return found[1]

    def skip(self, text):
        if self.peek() == ("mark", text):
            self.at += 1
            return True
        return False

    def type(self):
        choices = [self.controlled()]
        while self.skip("/"):
            choices.append(self.controlled())
        return choices[0] if len(choices) == 1 else ("choice", choices)

    def controlled(self):
        left = self.plain()
        kind, text = self.peek()
        if kind == "range":
            self.at += 1
            return ("range", left[1], self.plain()[1])
        if kind == "control":
            self.at += 1
            return (text[1:], left, self.plain())
        return left

    def plain(self):
        kind, text = self.peek()
        self.at += 1
        if kind == "string":
            return ("value", text[1:-1])
        if kind == "number":
            return ("value", int(text))
        if kind == "name":
            return ("name", text)
        if kind == "tag":
            self.take("mark", "(")
            inner = self.type()
            self.take("mark", ")")
            return ("tag", int(text[3:]), inner)
        if (kind, text) == ("mark", "("):
            inner = self.type()
            self.take("mark", ")")
            return inner
        if (kind, text) == ("mark", "{"):
            return ("map", self.group("}"))
        if (kind, text) == ("mark", "["):
            return ("array", self.group("]"))
        raise SystemExit("cddl: %r begins no type" % text)

    def group(self, end):
        entries = []
        while not self.skip(end):
            least, most = self.occurrence()
            key, value = None, None
            if self.peek()[0] in ("name", "string") and self.peek(1) == ("mark", ":"):
                key = ("value", self.peek()[1].strip('"'))
                self.at += 2
                value = self.type()
            else:
                value = self.type()
                if self.peek()[0] == "arrow":
                    self.at += 1
                    key, value = value, self.type()
            entries.append((least, most, key, value))
            self.skip(",")
        return entries

    def occurrence(self):
        if self.skip("?"):
            return 0, 1
        if self.skip("*"):
            return 0, None
        if self.skip("+"):
            return 1, None
        if self.peek()[0] == "number" and self.peek(1) == ("mark", "*"):
            least = int(self.take("number"))
            self.take("mark", "*")
            return least, int(self.take("number"))
        return 1, 1

    # Judging: None if it fits, else what does not.

    def judge(self, kind, value, where):
        return getattr(self, "judge_" + kind[0])(kind, value, where)

    def judge_name(self, kind, value, where):
        name = kind[1]
        if name in self.rules:
            return self.judge(self.rules[name], value, where)
        known = {
            "tstr": isinstance(value, str), "bstr": isinstance(value, bytes),
            "bool": isinstance(value, bool), "true": value is True, "null": value is None,
        }
        if name not in known:
            raise SystemExit("cddl: no rule '%s'" % name)
        return None if known[name] else "%s is no %s" % (where, name)

    def judge_value(self, kind, value, where):
        fits = value == kind[1] and isinstance(value, bool) == isinstance(kind[1], bool)
        return None if fits else "%s is not %r" % (where, kind[1])

    def judge_choice(self, kind, value, where):
        wrong = [self.judge(choice, value, where) for choice in kind[1]]
        if None in wrong:
            return None
        # The choice that fits furthest says most: of maps, the one of this type.
        return max(wrong, key=lambda w: (w.count("/"), len(w)))

    def judge_range(self, kind, value, where):
        fits = isinstance(value, int) and not isinstance(value, bool) and kind[1] <= value <= kind[2]
        return None if fits else "%s is not %d..%d" % (where, kind[1], kind[2])

    def judge_size(self, kind, value, where):
        wrong = self.judge(kind[1], value, where)
        if wrong:
            return wrong
        size = len(value.encode() if isinstance(value, str) else value)
        return self.judge(kind[2], size, where + " (size)")

    def judge_regexp(self, kind, value, where):
        wrong = self.judge(kind[1], value, where)
        if wrong:
            return wrong
        fits = re.fullmatch(kind[2][1], value, re.S)
        return None if fits else "%s does not match %s" % (where, kind[2][1])

    def judge_cbor(self, kind, value, where):
        wrong = self.judge(kind[1], value, where)
        if wrong:
            return wrong
        inside, end = decode(value)
        if end != len(value):
            return "%s has bytes left over" % where
        return self.judge(kind[2], inside, where)

    def judge_tag(self, kind, value, where):
        if not isinstance(value, Tag) or value.number != kind[1]:
            return "%s is not tag %d" % (where, kind[1])
        return self.judge(kind[2], value.value, where)

    def judge_array(self, kind, value, where):
        if not isinstance(value, list):
            return "%s is no array" % where
        at = 0
        for least, most, _, inner in kind[1]:
            count = 0
            while at < len(value) and (most is None or count < most):
                wrong = self.judge(inner, value[at], "%s/%d" % (where, at))
                if wrong:
                    if count < least or len(kind[1]) == 1:
                        return wrong
                    break
                at, count = at + 1, count + 1
            if count < least:
                return "%s has too few items" % where
        return None if at == len(value) else "%s has too many items" % where

    def judge_map(self, kind, value, where):
        if not isinstance(value, dict):
            return "%s is no map" % where
        left = dict(value)
        for least, most, key, inner in kind[1]:
            taken = [k for k in left if self.judge(key, k, "key") is None]
            if not least <= len(taken) <= (len(taken) if most is None else most):
                return "%s lacks %r" % (where, key[1])
            for k in taken:
                wrong = self.judge(inner, left.pop(k), "%s/%s" % (where, k))
                if wrong:
                    return wrong
        return None if not left else "%s has %r" % (where, sorted(map(str, left)))

    def maps_out_of_order(self):
        """Rules whose members do not stand as they are encoded."""
        for name, rule in self.rules.items():
            keys = [e[2][1] for e in rule[1] if e[2] and isinstance(e[2][1], str)] \
                if rule[0] == "map" and all(e[2] and e[2][0] == "value" for e in rule[1]) else []
            if keys != sorted(keys, key=encoded_key):
                yield name


def entries_of(path):
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        value, at = decode(data, at)
        yield value


def altered(grammar, payload):
    """(what, payload) that the grammar must refuse: a member more, a required one less."""
    rule = next(n for n, r in grammar.rules.items() if r[0] == "map" and len(r[1]) > 1
                and grammar.judge(("name", n), payload, "") is None and n != "payload-map"
                and any(e[2] == ("value", "type") for e in r[1]))
    yield "member too many", dict(payload, zzz=1)
    for least, _, key, _ in grammar.rules[rule][1]:
        if least:
            yield "no %s" % key[1], {k: v for k, v in payload.items() if k != key[1]}


def main():
    root, folder = sys.argv[1:]
    grammar = Grammar(tree.read(root, "schemas/statements.cddl"))
    faults = ["schemas/statements.cddl: %s is not in the order of its encoding" % name
              for name in grammar.maps_out_of_order()]
    for seq, entry in enumerate(entries_of(os.path.join(
            root, "tests/vectors/format/ledger.cborseq"))):
        wrong = grammar.judge(("name", "stet-entry"), entry, "entry %d" % seq)
        if wrong:
            faults.append("ledger.cborseq: %s" % wrong)
    fit = refused = 0
    for name in sorted(n for n in os.listdir(folder) if n.endswith(".cbor")):
        for statement in entries_of(os.path.join(folder, name)):
            wrong = grammar.judge(("name", "stet-statement"), statement, "statement")
            if wrong:
                faults.append("%s: %s" % (name, wrong))
                continue
            fit += 1
            payload = decode(statement.value[2])[0]
            for what, other in altered(grammar, payload):
                if grammar.judge(("name", "payload-map"), other, "") is None:
                    faults.append("%s: %s is let pass" % (name, what))
                refused += 1
    tree.finish("cddl", faults, "%d statements and %d entries fit %d rules, %d altered ones do not"
                % (fit, seq + 1, len(grammar.rules), refused))


main()
