# shellcheck shell=bash
key root 2
key working 3
key ledger 1
stet init --json --origin test.example/ledger --ledger-key "$XDG_CONFIG_HOME/stet/keys/ledger.key" \
	--root-key "$XDG_CONFIG_HOME/stet/keys/root.key" --working-key "$XDG_CONFIG_HOME/stet/keys/working.key"
