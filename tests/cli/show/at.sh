# shellcheck shell=bash
ledger
record
later 86400
stet correct 10.1234/a --set title='A corrected title' --note 'a day later'
stet show 10.1234/a --at 5 | head -n 1
stet show 10.1234/a --at 2026-07-02T20:00:00Z | head -n 1
stet show 10.1234/a --at 2026-07-04 | head -n 1
stet show 10.1234/a | head -n 1
stet log --at 2026-07-03 --json | wc -l
stet log --at 4 --json | wc -l
