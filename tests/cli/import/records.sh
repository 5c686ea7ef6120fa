# shellcheck shell=bash
ledger
stet import records "$DATA/records/records.json" --url https://assignee.net --retrieved 2026-07-04 -q
stet import records "$DATA/records/records.json" --url https://assignee.net --retrieved 2026-07-04 -q
stet import records "$DATA/records/records.json" -q --json --dry-run
stet show SRCH:9F810E9F
stet stats --json | grep -o '"entries":[0-9]*'
stet verify
