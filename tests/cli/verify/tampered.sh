# shellcheck shell=bash
# One byte on the disk, and it shows.
ledger
record
LC_ALL=C sed -i 's/A first record/A worst record/' .stet/data.mdb
status stet verify
status stet verify --json
status stet verify 10.1234/a
status stet show 10.1234/a
