# shellcheck shell=bash
ledger
record
stet correct 10.1234/a --set title='Better' --note 'x'
stet log
stet log -n 2
stet log -n 2 --reverse
stet log -n 1 --json
status stet log -n many
status stet log 10.1234/a --notice 10.1234/n
status stet log 10.1234/nothing
