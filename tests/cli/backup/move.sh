# shellcheck shell=bash
ledger
record
stet backup --move-to new
status stet record 10.1234/b --title 'In the old place'
stet record 10.1234/b --title 'In the new place' -C new
stet verify -C new
