# shellcheck shell=bash
# What a member was is taken from the ledger; reads show what is in effect beside it.
ledger
record
stet claims 10.1234/a --verified-claim-count 13
stet correct 10.1234/a --nature erratum --set title='A better title' --note 'A word was missing' --notice 10.1234/erratum
stet correct 10.1234/a --set verified-claim-count=12 --set /record/question='Why?' --correction-type CLAIM
stet correct 10.1234/a --set title='The best title' --unset publisher --note 'once more'
stet log -p 10.1234/a
stet show --full 10.1234/a
stet show --json 10.1234/a
