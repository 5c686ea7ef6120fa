# shellcheck shell=bash
ledger
record
stet show --qr 10.1234/a
stet show --qr 10.1234/a --url https://papers.example/ | tail -n 1
COLUMNS=30 stet show --qr 10.1234/a | wc -l
status stet show --qr 10.1234/b
status stet show --url https://papers.example 10.1234/a
status stet show --qr --json 10.1234/a
