# shellcheck shell=bash
status stet key generate 'Journal X, editorial desk' --issuer https://journal-x.example/desk >out
head -n 1 out | sed 's/([0-9a-f]\{8\})/(THUMB)/'
tail -n 2 out | sed 's/sha-256:[A-Za-z0-9_-]\{43\}/sha-256:NAME/'
stat -c '%n %a' "$XDG_CONFIG_HOME"/stet/keys/*
# The same again is another key, and no file is overwritten.
status stet key generate 'Journal X, editorial desk'
# From a seed it is the same on every machine.
seed 9 >s9
stet key generate desk --seed-file s9 -o desk.key --json
stet key show ./desk.key
status stet key generate desk --seed-file /dev/null -o other.key
status stet key generate
