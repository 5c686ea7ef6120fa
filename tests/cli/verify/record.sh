# shellcheck shell=bash
ledger
record --alias 10.1234/b
stet correct 10.1234/a --set title='Better' --note x
stet verify 10.1234/b
stet verify 10.1234/b --json
status stet verify 10.1234/nothing
