# shellcheck shell=bash
status stet init
status stet init --origin 'Not An Origin'
status stet init --origin test.example/ledger extra
status stet init --origin
touch file
status stet init --origin test.example/ledger -C file
status stet init --origin test.example/ledger -C missing/folder/below -q | sed 's/stet:[0-9a-f]*/stet:ID/'
status stet init --origin test.example/ledger --ledger-key nowhere.key
ls
find "$XDG_CONFIG_HOME" -name '*.key' -printf '%f\n' | sort
