# shellcheck shell=bash
ledger
record
status stet export contract
status stet export contract gate-verdict
status stet export contract math-result 10.1234/a
status stet export contract correction-record 10.1234/a 10.1234/b
status stet export contract correction-record 10.1234/z
status stet export contract correction-record nonsense
status stet export contract correction-record 10.1234/a --gate 2
status stet export contract correction-record 10.1234/a --since 2
status stet export contract correction-record 10.1234/a --at yesterday
status stet export contract correction-record 10.1234/a --at 3
status stet export contract correction-record 10.1234/a -o nowhere/record.json
stet export jsonl 10.1234/a | wc -l
stet export jsonl --at 3 | wc -l
status stet export cborseq --gate 2
stet export contract correction-record 10.1234/a | true
status stet export contract correction-record 10.1234/a -C nowhere
