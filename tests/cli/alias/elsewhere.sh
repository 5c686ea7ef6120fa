# shellcheck shell=bash
# A name pointed elsewhere is one more entry in its own chain, and both are seen.
ledger
record
stet record 10.1234/b --title 'Another'
stet alias 10.1234/a 10.1234/x
stet alias 10.1234/b 10.1234/x
stet log 10.1234/x
