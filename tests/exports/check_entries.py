"""check_entries.py PROGRAM ROOT FOLDER: the three formats of entries, held against each other.

csv by RFC 4180, each cell against the entry as jsonl has it; cborseq item by item."""

import csv
import io
import re

import cbor2

import stet

faults = []
# RFC 4180, section 2, with every field in quotes.
ROW = re.compile(r'(?:"(?:[^"]|"")*",)*"(?:[^"]|"")*"\r\n')
SIMPLE = {"occurred": "occurred", "title": "title", "issuer": "issuer", "key": "kid",
          "signed_at": "signed_at", "statement_id": "id", "name": "subject", "type": "type"}
NESTED = {"notice_kind": ("notice", "kind"), "notice_published": ("notice", "published"),
          "source": ("source", "name"), "source_id": ("source", "id"),
          "source_url": ("source", "url"), "source_term": ("source", "term"),
          "source_vocabulary": ("source", "vocabulary")}
# Shown by a column of another name, or in the row as a whole.
ELSEWHERE = {"nature", "status", "action", "state", "role", "public_note", "note", "notice", "source",
             "reasons", "decided_by", "targets", "replacement", "doi", "v", "alg", "aud", "after"}


def look_at_row(row, entry):
    statement = entry["statement"]
    where = "entry %s" % row["entry"]
    for column, member in SIMPLE.items():
        wanted = statement.get(member, "")
        if row[column] != wanted.strip("<>") and row[column] != wanted:
            faults.append("%s: %s is %r, not %r" % (where, column, row[column], wanted))
    for column, (outer, inner) in NESTED.items():
        wanted = statement.get(outer, {}).get(inner, "") if isinstance(
            statement.get(outer, {}), dict) else ""
        if row[column] != wanted:
            faults.append("%s: %s is %r, not %r" % (where, column, row[column], wanted))
    if (row["entry"], row["appended"], row["leaf"]) != (
            str(entry["seq"]), entry["appended"], entry["leaf"]):
        faults.append("%s: is not entry %d" % (where, entry["seq"]))
    lost = {m for m in statement if m not in ELSEWHERE and m not in SIMPLE.values()}
    if "retrieved" in statement.get("source", {}):
        lost.add("source/retrieved")
    if set(row["not_shown"].split()) != lost:
        faults.append("%s: not_shown is %r, not %r" % (where, row["not_shown"], sorted(lost)))
    note = statement.get("public_note", statement.get("note", ""))
    if row["note"] != note:
        faults.append("%s: note is %r, not %r" % (where, row["note"], note))
    if row["targets"].split() != statement.get("targets", []):
        faults.append("%s: targets are %r" % (where, row["targets"]))
    for reason in statement.get("reasons", []):
        if not all(reason.get(part, "") in row["reasons"] for part in ("code", "text")):
            faults.append("%s: reasons are %r" % (where, row["reasons"]))


def look(run, *words):
    text = run.run("export", "csv", *words).decode()
    if ROW.sub("", text) != "":
        faults.append("%s: not rows of quoted fields" % (words,))
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    entries = run.entries(*words)
    if len(rows) != len(entries):
        faults.append("%s: %d rows, %d entries" % (words, len(rows), len(entries)))
    for row, entry in zip(rows, entries):
        if None in row or None in row.values():
            faults.append("entry %s: not as many fields as columns" % row["entry"])
        look_at_row(row, entry)
    source = io.BytesIO(run.run("export", "cborseq", *words))
    for entry in entries:
        item = cbor2.load(source)
        if item[0] != entry["seq"] or item[2].hex() != entry["prev"]:
            faults.append("entry %d: the sequence has another" % entry["seq"])
    if source.read(1):
        faults.append("%s: more in the sequence than entries" % (words,))
    return len(rows)


def main():
    program, _, folder = stet.arguments()
    looked = 0
    for which in (stet.SHIPPED, stet.EVERY):
        run = stet.ledger_of(program, folder, which)
        looked += look(run, "--all")
        for name in run.records()[::9]:
            look(run, name)
    stet.finish("entries", faults, "%d entries, in three formats" % looked)


main()
