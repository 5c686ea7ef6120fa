# shellcheck shell=bash
# JSON Lines are signed here and go as one batch: all of it, or nothing.
ledger
cat >records.jsonl <<'JSON'
{"type": "record", "subject": "doi:10.1234/a", "id": "r1", "title": "One"}

{"type": "record", "subject": "doi:10.1234/b", "id": "r2", "title": "Two"}
{"type": "alias", "subject": "urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6", "id": "a1", "action": "bind", "record": "doi:10.1234/a"}
JSON
stet append records.jsonl
stet append records.jsonl
stet append --json records.jsonl
cat >mixed.jsonl <<'JSON'
{"type": "record", "subject": "doi:10.1234/c", "id": "r3", "title": "Three"}
{"type": "record", "subject": "doi:10.1234/d", "id": "r4", "titel": "Four"}
{"type": "verdict", "subject": "doi:10.1234/c", "id": "v1", "contract": "gate-verdict-v1", "gate": "2", "status": "VERIFIED"}
{"type": "record", "subject": "doi:10.1234/e", "id": "r5", "title": "Five"}
JSON
unchanged stet append mixed.jsonl
status stet append --keep-going mixed.jsonl
status stet append --keep-going --json mixed.jsonl
stet log -n 3
