# shellcheck shell=bash
ledger
dois=$DATA/datacite/dois.jsonl
status stet import datacite "$dois" --dry-run
status stet import datacite "$dois" --retrieved 2026-11-20 --no-copies
unchanged stet import datacite "$dois" --retrieved 2026-11-21 --no-copies --json
# A page of the API's list; a version that obsoletes another, one bad item among good ones.
cat >page.json <<'X'
{"data": [
 {"id": "10.5555/v2", "type": "dois", "attributes": {"doi": "10.5555/V2", "titles": [{"title": "Second"}],
  "version": "2", "relatedIdentifiers": [
   {"relationType": "Obsoletes", "relatedIdentifier": "10.5555/v1", "relatedIdentifierType": "DOI"}]}},
 {"id": "none", "type": "dois", "attributes": {"titles": [{"title": "Nameless"}]}},
 7,
 {"id": "10.5555/v1", "type": "dois", "attributes": {"doi": "10.5555/v1", "titles": [{"title": "First"}]}}
], "meta": {"total": 4}}
X
status stet import datacite page.json
unchanged stet import datacite page.json --json
status stet status 10.5555/v1 10.5555/v2
stet show 10.5555/v2
head -c 400 page.json >half.json
unchanged stet import datacite half.json
# what it is not
head -n 2 "$DATA/crossref/works-with-update-to.jsonl" >works.jsonl
unchanged stet import datacite works.jsonl
unchanged stet import datacite "$DATA/zenodo/record-legacy.json"
unchanged stet import datacite "$DATA/jats/elife-15743-v1.xml"
unchanged stet import datacite page.json --whole
stet verify
