# shellcheck shell=bash
# What was decided before something else came is not appended as if it had been known.
ledger
record
stet record 10.1234/a --title 'Seen: the first' -o first.stet
stet correct 10.1234/a --set title='Meanwhile corrected' --note 'by somebody else'
unchanged stet append first.stet
stet record 10.1234/a --title 'Seen: entry 4' --after 4 -o second.stet
unchanged stet append second.stet
