# shellcheck shell=bash
# Command lines that are wrong, and ledgers with nothing to find.
status stet audit
ledger
status stet audit
record
status stet audit
status stet audit --json
status stet audit --code no-such-code
status stet audit --code cbor-float
status stet audit 10.1234/a
