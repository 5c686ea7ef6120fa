# shellcheck shell=bash
# Without keys given they are made: private ones nobody else can read, and what is said about root.
stet init --origin test.example/ledger >out
grep -c '^  id  *stet:[0-9a-f]\{64\}$' out
grep -v '^  id ' out
find "$XDG_CONFIG_HOME" .stet/keys -name '*.key' -printf '%f %m\n' | sort
