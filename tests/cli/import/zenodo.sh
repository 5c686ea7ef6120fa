# shellcheck shell=bash
ledger
status stet import zenodo "$DATA/zenodo/record-legacy.json" --dry-run --json
status stet import zenodo "$DATA/zenodo/record-legacy.json" --retrieved 2026-11-20
unchanged stet import zenodo "$DATA/zenodo/record-legacy.json" --retrieved 2026-11-21 --json
stet show 10.5281/zenodo.3763274
# What a search answers; the second is of no record.
cat >search.json <<'X'
{"hits": {"hits": [
 {"id": 20, "doi": "10.5281/zenodo.20", "conceptdoi": "10.5281/zenodo.19", "conceptrecid": "19",
  "metadata": {"title": "Twenty", "doi": "10.5281/zenodo.20", "publication_date": "2026-01-02"},
  "files": [{"key": "a.csv", "size": 3, "checksum": "md5:900150983cd24fb0d6963f7d28e17f72"}]},
 {"metadata": {"title": "Nameless"}},
 "x"
], "total": 3}}
X
status stet import zenodo search.json
unchanged stet import zenodo search.json --json
status stet status 10.5281/zenodo.20 10.5281/zenodo.19
head -c 300 search.json >half.json
unchanged stet import zenodo half.json
# what it is not
head -n 1 "$DATA/datacite/dois.jsonl" >doi.json
unchanged stet import zenodo doi.json
unchanged stet import zenodo "$DATA/jats/elife-15743-v1.xml"
unchanged stet import zenodo "$DATA/zenodo/record-legacy.json" --whole
stet verify
