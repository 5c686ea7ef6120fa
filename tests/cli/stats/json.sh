# shellcheck shell=bash
ledger
record
stet stats --json | sed 's/"bytes":[0-9]*/"bytes":N/'
stet stats | grep -v '^bytes'
status stet stats extra
