# shellcheck shell=bash
ledger
works=$DATA/crossref
status stet import crossref "$works/works.jsonl.gz" --dry-run
status stet import crossref "$works/works.jsonl.gz" --retrieved 2026-11-20 --no-copies -q
unchanged stet import crossref "$works/works.jsonl.gz" --retrieved 2026-11-21 --no-copies -q
status stet import crossref "$works/works-with-update-to.jsonl" --retrieved 2026-11-20 -q
# Direction: the notice is no corrected paper.
status stet status 10.1371/journal.pone.0241578 10.1371/journal.pone.0253360 10.1103/physrevb.98.104436
# One retraction, told by the publisher and by Retraction Watch, stays two statements; some items are none.
cat >answer.json <<'X'
{"status": "ok", "message-type": "work-list", "message": {"total-results": 4, "items": [
 {"DOI": "10.5555/paper", "title": ["A paper"], "updated-by": [
  {"DOI": "10.5555/notice", "type": "retraction", "source": "publisher",
   "updated": {"date-parts": [[2023, 6, 20]]}},
  {"DOI": "10.5555/notice", "type": "retraction", "source": "retraction-watch", "record-id": 4711,
   "updated": {"date-parts": [[2023, 6, 20]]}}]},
 {"title": ["Nameless"]},
 7,
 {"DOI": "10.5555/notice", "title": ["Retracted: A paper"], "update-to": [
  {"DOI": "10.5555/PAPER", "type": "retraction", "updated": {"date-parts": [[2023, 6, 20]]}}]}
]}}
X
status stet import crossref answer.json -q
unchanged stet import crossref answer.json -q
unchanged stet import crossref answer.json -q --json
status stet status 10.5555/paper 10.5555/notice
stet show 10.5555/paper
head -c 300 answer.json >half.json
unchanged stet import crossref half.json
unchanged stet import crossref answer.json --whole
unchanged stet import deltas answer.json --no-copies
stet verify
