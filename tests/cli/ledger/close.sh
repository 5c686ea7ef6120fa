# shellcheck shell=bash
ledger
record
status stet ledger close
key next 7
stet ledger close --reason 'moved to the consortium' --successor example.net/joint --successor-key next
unchanged stet record 10.1234/b --title 'Too late'
stet verify
