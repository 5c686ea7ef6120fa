# shellcheck shell=bash
# What others wrote does not reach the terminal as commands.
ledger
printf '{"type": "record", "subject": "doi:10.1234/a", "id": "r", "title": "Title \\u202eevil\\u202c \\u200bend \\ttab"}' | stet append -
stet show 10.1234/a | head -n 1
stet show 10.1234/a --json | grep -o '"title":"[^"]*"' | head -n 1
