# shellcheck shell=bash
ledger
record
stet stats --json | sed 's/"bytes":[0-9]*,//' >before
stet reindex
stet stats --json | sed 's/"bytes":[0-9]*,//' | cmp before - && stet verify
status stet reindex extra
