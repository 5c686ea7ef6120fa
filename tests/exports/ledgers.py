"""ledgers.py PROGRAM ROOT FOLDER: the two ledgers that the checks of exports look at.

shipped: the record pages of tests/data.  every: each statement type and each nature of a correction,
of our own and as an observation, full and bare, with texts that are awkward in XML, CSV and JSON."""

import json
import os
import shutil

import stet

# Names of no one: right to left, decomposed and composed, outside the basic plane, markup, controls
# that XML 1.0 knows and those that text may hold.
AWKWARD = [
    "كلية العلوم، جامعة القاهرة",
    "Universite\u0301 de Gene\u0300ve \u2014 Universit\u00e9",
    "]]> <script>alert('1')</script> & \"quotes\" &amp; <!-- -- -->",
    "=HYPERLINK(\"http://x.example\"),+1,-1,@SUM(A1)",
    "\u202eright to left override\u202c \u200bzero width",
    "𝔘nicode 𐍈 🧪 \u2028line \u2029paragraph",
    "tab\tline\nfeed\r\nend",
    "back\\slash, comma; semi:colon 'single' (round) [square] {curly} %% $x",
    "\ufeffmark \u00a0space\u00ad",
]
PAPER = "doi:10.5555/every"


def fresh(program, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    run = stet.Stet(program, folder)
    for name, seed, issuer in (("root", 2, "https://test.example/root"),
                               ("working", 3, "https://test.example/work"), ("ledger", 1, None)):
        path = os.path.join(folder, "seed")
        with open(path, "w", encoding="ascii") as file:
            file.write("%02x" % seed * 32)
        words = ["key", "generate", name, "--seed-file", path]
        if issuer:
            words += ["--issuer", issuer]
        else:
            words += ["-o", os.path.join(folder, "ledger.key")]
        run.run(*words)
    keys = os.path.join(folder, "config", "stet", "keys")
    run.run("init", "--origin", "test.example/ledger", "--ledger-key",
            os.path.join(folder, "ledger.key"), "--root-key", os.path.join(keys, "root.key"),
            "--working-key", os.path.join(keys, "working.key"), "--organisation",
            "Exports & Sons <test>", "--contact", "desk@test.example", "-q")
    return run


def say(run, *statements):
    lines = "".join(json.dumps(statement) + "\n" for statement in statements)
    run.run("append", "-", "--as", "working", data=lines.encode())


def newest(run):
    """The newest entry that is no seal."""
    return [e for e in run.entries() if e["statement"]["type"] != "seal"][-1]


def correction(nature, subject, observed, target, text, full):
    made = {"type": "correction", "subject": subject, "nature": nature,
            "id": "%s-%s-%s" % (nature, "observed" if observed else "own", "full" if full else "bare")}
    if observed:
        made["source"] = {"name": "some-source"}
    if full:
        made.update({
            "occurred": "2026-05", "correction_type": "CLAIM", "public_note": text,
            "affected": [{"path": "/record/title", "before": "x", "after": text},
                         {"path": "/record/aliases", "json": True, "before": "[]", "after": None}],
            "targets": [target],
            "notice": {"kind": "own", "doi": "10.5555/notice.(%s)<1>&2" % nature,
                       "published": "2026-06-21"},
            "decided_by": [{"kind": "editor", "name": text}, {"kind": "publisher", "name": "Press"}],
            "reasons": [{"code": "C:1", "vocabulary": "V", "text": text}, {"text": "only text"},
                        {"code": "only-code"}],
            "replacement": "doi:10.5555/replacement",
            "batch": {"id": "b", "number": 1, "count": 2}})
        if observed:
            made["source"].update({"id": text[:60], "url": "https://source.example/?a=1&b=<2>",
                                   "term": text, "vocabulary": "V 1", "retrieved": "2026-05-06"})
    else:
        made.update({"public_note": "bare", "affected": [{"path": "/claims"}], "targets": [target],
                     "notice": {"kind": "none"}, "replacement": "urn:uuid:" + "0" * 8 +
                     "-0000-4000-8000-" + "0" * 12,
                     "decided_by": [{"kind": "other", "name": "x"}]})
    return made


def every_correction(run, root):
    with open(os.path.join(root, "schemas", "correction.schema.json"), encoding="utf-8") as file:
        text = json.load(file)
    natures = find_enum(text, "nature")
    observers = {"unspecified", "delisting"}
    count = 0
    for nature in natures:
        for observed in (False, True):
            if nature in observers and not observed:
                continue
            for full in (True, False):
                subject = "doi:10.5555/%s.%d" % (nature, observed)
                base = {"type": "record", "subject": subject,
                        "title": AWKWARD[count % len(AWKWARD)], "publisher": "Press & Co"}
                if observed:
                    base["source"] = {"name": "some-source"}
                if full:
                    say(run, base)
                    first = correction("unspecified" if observed else "erratum", subject, observed,
                                       None, "first", False)
                    first["id"] = "first-" + subject
                    del first["targets"]
                    say(run, first)
                    target = newest(run)["leaf"]
                say(run, correction(nature, subject, observed, target,
                                    AWKWARD[count % len(AWKWARD)], full))
                count += 1
    return natures


def find_enum(schema, member):
    if isinstance(schema, dict):
        properties = schema.get("properties", {})
        if member in properties and "enum" in properties[member]:
            return properties[member]["enum"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for value in schema:
            found = find_enum(value, member)
            if found:
                return found
    return None


def every_type(run, folder):
    content = os.path.join(folder, "content.txt")
    with open(content, "w", encoding="utf-8") as file:
        file.write("content\n")
    say(run, {"type": "record", "subject": PAPER, "title": AWKWARD[0] + " " + AWKWARD[2],
              "publisher": AWKWARD[1], "question": AWKWARD[6], "submitted": "2026-06-30",
              "aliases": [PAPER], "manifest": {"contract": "c", "url": "https://m.example/<&>"}})
    run.run("alias", PAPER, "urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6")
    run.run("alias", PAPER, "git+https://code.example/repo;v=1/(2),y.")
    run.run("alias", PAPER, "e:taken")
    run.run("alias", PAPER, "prov:taken.")
    run.run("alias", PAPER, "doi:10.5555/sici(1234)1:2<3::aid>4.0.co;2-l")
    for role in ("report", "repro-script", "repro-results", "evidence", "document"):
        with open(os.path.join(folder, role + ".txt"), "w", encoding="utf-8") as file:
            file.write(role + "\n")
        run.run("artifact", PAPER, "%s=%s" % (role, os.path.join(folder, role + ".txt")), "--name",
                AWKWARD[3])
    run.run("doi", PAPER, "--agency", "DataCite", "--state", "findable", "--url",
            "https://x.example/?a=1&b=2", "--registered", "2026-06-30", "--concept-doi",
            "10.5555/concept", "--member",
            '/relations=[{"type":"IsNewVersionOf","doi":"10.5555/older"},{"type":"IsVersionOf",'
            '"doi":"10.5555/other-concept"},{"type":"Surprises","doi":"10.5555/odd"},'
            '{"type":"HasVersion","doi":"10.5555/part"},{"type":"IsObsoletedBy",'
            '"doi":"10.5555/newer"},{"type":"IsNewVersionOf","doi":"10.5555/every"}]')
    run.run("claims", PAPER, "--source-grounded-claims", "3", "--verified-claim-count", "0")
    run.run("assess", PAPER, "--review-score", "8.50")
    run.run("declare", PAPER, "--paper-level", "2", "--tier", AWKWARD[4])
    artifacts = [e["statement"] for e in run.entries(PAPER) if e["statement"]["type"] == "artifact"]
    say(run, {"type": "verdict", "subject": PAPER, "contract": "gate-verdict-v1", "gate": "2",
              "status": "VERIFIED", "kind": "sandbox", "reason": AWKWARD[7],
              "evaluated_at": "2026-07-01", "computed": "1.0", "expected": "1.0",
              "artifacts": [a["sha256"] for a in artifacts if a["role"].startswith("repro")]})
    say(run, {"type": "verdict", "subject": PAPER, "contract": "gate-verdict-v1", "gate": "1",
              "status": "UNVERIFIED", "source": {"name": "some-source"}})
    run.run("endorse", PAPER, "--target", str(newest(run)["seq"]), "--note", AWKWARD[5])
    digest = next(a["sha256"] for a in artifacts if a["role"] == "document")
    run.run("withhold", PAPER, "--sha256", digest, "--ground", AWKWARD[2])
    run.run("retract", PAPER, "--notice", "10.5555/notice", "--decided-by", "editor:" + AWKWARD[0],
            "--occurred", "2026-07-01T10:00:00Z", "--note", AWKWARD[6])
    retraction = str(newest(run)["seq"])
    run.later(86400)
    run.run("concern", PAPER, "--notice", "self", "--note", "doubts")
    run.run("lift", PAPER, "--target", str(newest(run)["seq"]), "--note", "settled")
    run.later(86400)
    run.run("reinstate", PAPER, "--target", retraction, "--note", "stands after all")
    run.run("correct", PAPER, "--set", "title=" + AWKWARD[8], "--note", "n", "--notice", "none")
    # Nothing but a name; a huge title; a record that is its own notice.
    say(run, {"type": "record", "subject": "urn:uuid:00000000-0000-4000-8000-000000000001"})
    say(run, {"type": "record", "subject": "rw:50438", "title": "\u00e9" * 500})
    run.run("retract", "doi:10.5555/alone", "--notice", "self", "--decided-by", "other:x")
    say(run, {"type": "snapshot", "subject": "source:some-source", "whole": False, "rows": 1,
              "source": {"name": "some-source"}})


def main():
    program, root, folder = stet.arguments()
    shipped = fresh(program, os.path.join(folder, stet.SHIPPED))
    shipped.run("import", "records", os.path.join(root, "tests/data/records/records.json"), "--as",
                "working", "-q")
    every = fresh(program, os.path.join(folder, stet.EVERY))
    every_type(every, os.path.join(folder, stet.EVERY))
    natures = every_correction(every, root)
    types = {e["statement"]["type"] for e in every.entries()}
    records = shipped.records()
    stet.finish("ledgers", [] if len(records) == 92 else ["%d records, not 92" % len(records)],
                "%d records; %d natures, types %s" % (len(records), len(natures), sorted(types)))


main()
