# shellcheck shell=bash
ledger
record
status stet export prov
status stet export prov 10.1234/a --all
status stet export prov 10.1234/a --since 3
status stet export csv 10.1234/a --since 3
status stet export prov 10.1234/a --gate 2
status stet export prov nonsense
status stet export prov 10.1234/a 10.1234/z -o there
status stet export prov --all -o nowhere/prov.json
status stet export prov 10.1234/a --at yesterday
status stet export prov 10.1234/a --at 3
status stet export contract correction-record --all
stet export provn --all | true
status stet export provn --all -C nowhere
status stet export mets --all
ls
