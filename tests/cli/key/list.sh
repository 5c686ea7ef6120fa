# shellcheck shell=bash
ledger
key spare 9
stet key list
stet key show working -C .stet
stet key show spare
status stet key show nobody
