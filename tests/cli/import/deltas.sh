# shellcheck shell=bash
# Edits of a list, replayed: what was changed, to what, and when it was seen.
ledger
status stet import deltas "$DATA/retraction-watch/rw_status_deltas_2026-05-28_2026-08-08.jsonl"
status stet import deltas "$DATA/retraction-watch/rw_status_deltas_2026-05-28_2026-08-08.jsonl"
cat >edits.jsonl <<'JSONL'
{"op": "add", "map": "retraction", "doi": "10.5555/a", "notice": "10.5555/n1", "snapshot": "2026-06-01T00:00:00+00:00"}
{"op": "change", "map": "retraction", "doi": "10.5555/a", "notice": "10.5555/n2", "was": "10.5555/n1", "snapshot": "2026-06-02T00:00:00+00:00"}
{"op": "change", "map": "retraction", "doi": "10.5555/a", "notice": "10.5555/n1", "was": "10.5555/n2", "snapshot": "2026-06-03T00:00:00+00:00"}
{"op": "remove", "map": "concern", "doi": "10.5555/b", "notice": "10.5555/n3", "snapshot": "2026-06-03T00:00:00+00:00"}
{"op": "think", "map": "concern", "doi": "10.5555/b", "notice": "10.5555/n3"}
{"op": "add", "map": "concern", "doi": "b", "notice": "10.5555/n3"}
JSONL
status stet import deltas edits.jsonl --source edits
status stet import deltas edits.jsonl --source edits
stet log -p 10.5555/a
stet log 10.5555/b
stet show 10.5555/a | sed -n '/^Conditions/,/^$/p'
stet verify | head -n 1
