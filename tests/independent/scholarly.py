"""scholarly.py STET DATA: what the importers of bibliographic sources say, counted a second time.

From the files alone, by another program that shares nothing with the importers, come the numbers of
titles, registrations, relations and updates that there are; the ledger says as many, and of which
names."""

import collections
import gzip
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

STET, DATA = sys.argv[1], sys.argv[2]


def stet(top, *words):
    env = dict(os.environ, XDG_CONFIG_HOME=os.path.join(top, "config"), HOME=top,
               STET_STATE=os.path.join(top, "state"), STET_LEDGER=os.path.join(top, "ledger"))
    done = subprocess.run((STET,) + words, env=env, cwd=top, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def name(doi):
    """The name of a DOI, percent-encoded outside of what a name may hold."""
    plain = "".join(c.lower() if c.isascii() else c for c in doi)
    keep = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/"
    return "doi:" + "".join(chr(b) if chr(b) in keep else "%%%02X" % b for b in plain.encode())


def is_doi(text):
    return text.lower().startswith(("10.", "https://doi.org/10.", "doi:10."))


def count_crossref(path, found):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as file:
        for line in file:
            work = json.loads(line)
            this = name(work["DOI"])
            found["doi", this] += 1
            found["record", this] += bool(" ".join(work.get("title", [])[:1]).strip()
                                          or work.get("publisher", "").strip())
            for some in work.get("relation", {}).values():
                found["relation", this] += sum(r["id-type"] == "doi" for r in some)
            for update in work.get("update-to", []):
                found["correction", name(update["DOI"])] += 1
            for _ in work.get("updated-by", []):
                found["correction", this] += 1


def count_datacite(path, found):
    with open(path, encoding="utf-8") as file:
        for line in file:
            item = json.loads(line)["data"]["attributes"]
            this = name(item["doi"])
            found["doi", this] += 1
            found["record", this] += bool(item["titles"] or item["publisher"])
            for related in item["relatedIdentifiers"]:
                other = (related.get("relatedIdentifier") or "").strip()
                if related.get("relatedIdentifierType") != "DOI" or not is_doi(other):
                    continue
                other = other[other.index("10."):]
                found["relation", this] += 1
                if related.get("relationType") in ("IsNewVersionOf", "Obsoletes"):
                    found["correction", name(other)] += 1
                if related.get("relationType") in ("IsPreviousVersionOf", "IsObsoletedBy"):
                    found["correction", this] += 1


def count_zenodo(path, found):
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    this = name(record["doi"])
    found["doi", this] += 1
    found["record", this] += 1
    for related in record["metadata"]["related_identifiers"]:
        found["relation", this] += related["scheme"] == "doi"


def count_jats(path, found):
    meta = tree.parse(path).getroot().find("front/article-meta")
    ids = meta.findall("article-id")
    this = name([i.text for i in ids if i.get("pub-id-type") == "doi"][0])
    found["doi", this] += 1
    found["record", this] += 1
    for related in meta.findall("related-article"):
        found["relation", this] += 1
        if related.get("related-article-type") == "corrected-article":
            found["correction", name(related.get("{http://www.w3.org/1999/xlink}href"))] += 1


SOURCES = (("crossref", "crossref/works.jsonl.gz", count_crossref),
           ("crossref", "crossref/works-with-update-to.jsonl", count_crossref),
           ("datacite", "datacite/dois.jsonl", count_datacite),
           ("zenodo", "zenodo/record-legacy.json", count_zenodo),
           ("jats", "jats/elife-15743-v1.xml", count_jats))


def main():
    total = 0
    for importer, path, count in SOURCES:
        wanted, there = collections.Counter(), collections.Counter()
        count(os.path.join(DATA, path), wanted)
        with tempfile.TemporaryDirectory() as top:
            stet(top, "init", "--origin", "test.example/counts", "-q")
            stet(top, "import", importer, os.path.join(DATA, path), "--no-copies", "-q")
            for line in stet(top, "export", "jsonl", "-q").splitlines():
                said = json.loads(line)["statement"]
                if said["type"] in ("record", "doi", "correction"):
                    there[said["type"], said["subject"]] += 1
                there["relation", said["subject"]] += len(said.get("relations", []))
        for what in sorted(set(wanted) | set(there)):
            if wanted[what] != there[what]:
                raise SystemExit("%s: %s of %s: %d in the file, %d in the ledger" % (
                    (path,) + what + (wanted[what], there[what])))
        total += sum(wanted.values())
        print("%s: %s" % (path, ", ".join("%d %ss" % (
            sum(n for (kind, _), n in wanted.items() if kind == k), k)
            for k in ("record", "doi", "relation", "correction"))))
    if total < 1000:
        raise SystemExit("hardly anything was counted")


if __name__ == "__main__":
    main()
