# shellcheck shell=bash
ledger
record
echo content >paper.pdf
stet artifact 10.1234/a report=paper.pdf
stet verify
stet verify --json
stet verify --hash-only
stet verify --no-artifacts
stet verify -q --threads 1
stet checkpoint show >head.note
stet correct 10.1234/a --set title='Better' --note x
stet verify --since head.note
status stet verify --since nowhere.note
status stet verify --since paper.pdf
status stet verify 10.1234/a --hash-only
status stet verify --at 4
status stet verify --threads many
