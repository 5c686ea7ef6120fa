# shellcheck shell=bash
# Nothing is overwritten, and no key is left behind for the ledger that did not come to be.
ledger
unchanged stet init --origin other.example/ledger
find "$XDG_CONFIG_HOME" -name '*.key' -printf '%f\n' | sort
