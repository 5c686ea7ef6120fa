# shellcheck shell=bash
# A machine that remembers a head does not take an older one in its place.
ledger
stet checkpoint >old.note
record
unchanged stet checkpoint adopt old.note
