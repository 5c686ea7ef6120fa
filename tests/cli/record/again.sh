# shellcheck shell=bash
# The same statement twice is one; the same id with other content is refused.
ledger
stet record 10.1234/a --title 'A first record' --id once --no-after
stet record 10.1234/a --title 'A first record' --id once --no-after
unchanged stet record 10.1234/a --title 'Another record' --id once --no-after
stet record 10.1234/a --title 'A first record' --id once --no-after --json
