# shellcheck shell=bash
# An auditor says in the ledger what a full replay found.
ledger
record
key auditor 21 https://audit.example/
status stet verify --attest --as auditor # not granted
stet key grant "$XDG_CONFIG_HOME/stet/keys/auditor.key" --role auditor --issuer https://audit.example/ --as root >/dev/null
status stet verify --attest --as auditor
stet export jsonl | tail -n 2 | head -n 1
status stet verify
status stet verify --attest --hash-only
status stet verify --attest 10.1234/a
status stet verify --attest --as working
