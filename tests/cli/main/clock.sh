# shellcheck shell=bash
# A clock that has jumped by more than a year is asked about before it is signed for ever.
ledger
record
later $((400 * 86400))
unchanged stet record 10.1234/b --title 'In a far future'
stet record 10.1234/b --title 'In a far future' --confirm-clock
later -86400
stet record 10.1234/c --title 'With a clock set back'
stet log 10.1234/c
