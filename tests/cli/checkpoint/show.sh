# shellcheck shell=bash
ledger
stet checkpoint
stet checkpoint show
cmp <(stet checkpoint) .stet/checkpoint
stet checkpoint show --vkey
stet checkpoint --json
status stet checkpoint nothing
