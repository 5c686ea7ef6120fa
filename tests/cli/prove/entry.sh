# shellcheck shell=bash
# What `prove --entry` cannot make.
ledger
record
status stet prove
status stet prove --entry 99
status stet prove --entry 10.1234/nothing
status stet prove --entry 4 --as paper
status stet prove --as receipt
status stet prove --entry 4 -o nowhere/file
mv .stet/keys/ledger.key away.key
status stet prove --entry 4 --as receipt
stet prove --entry 4 | head -n 1
