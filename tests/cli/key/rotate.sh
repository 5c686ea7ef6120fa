# shellcheck shell=bash
ledger
record
seed 8 >s8
stet key generate next --seed-file s8 -o next.key >/dev/null
stet key rotate --new-key next.key
record 2>&1 || true
stet record 10.1234/b --title 'Under the new key'
stet checkpoint show --vkey
stet verify
