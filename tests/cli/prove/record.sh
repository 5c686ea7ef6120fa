# shellcheck shell=bash
# A proof is made where the ledger is, and checked where there is none.
ledger
record
stet correct 10.1234/a --set title='A corrected title' --note 'a day later' >/dev/null
stet record 10.1234/b --title 'Another one' >/dev/null
key=$(stet checkpoint show --vkey)
status stet prove 10.1234/a -o a.stet-proof
status stet prove 10.1234/nothing -o nothing.stet-proof
status stet prove 10.1234/a 10.1234/b 10.1234/nothing -o three.stet-proof
stet prove 10.1234/a -o - | cmp - a.stet-proof && echo the same
mkdir away && cd away || exit
status stet check ../a.stet-proof --key "$key"
status stet check ../a.stet-proof # nobody said whose key it is
status stet check ../nothing.stet-proof --key "$key"
status stet check ../three.stet-proof --key "$key"
status stet check ../three.stet-proof 10.1234/b --key "$key"
status stet check ../a.stet-proof 10.1234/b --key "$key" # it is not of that one
status stet check - --key "$key" --json <../nothing.stet-proof
later $((31 * 86400))
status stet check ../nothing.stet-proof --key "$key" --max-age 30d
status stet check ../nothing.stet-proof --key "$key" --max-age 32d
