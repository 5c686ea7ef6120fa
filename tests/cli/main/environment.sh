# shellcheck shell=bash
# No clock, no surprise: a state folder inside the ledger, none at all, and one that is not there yet.
ledger
STET_STATE=$PWD/.stet/state status stet record 10.1234/a --title x
rm -r "$STET_STATE"
unchanged stet record 10.1234/a --title 'This machine remembers nothing of this ledger'
stet show stet:ledger | head -n 1
