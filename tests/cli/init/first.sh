# shellcheck shell=bash
# A newcomer's first command: what was made, where the keys are, what to try next.
key root 2 https://test.example/root
key working 3 https://test.example/work
key ledger 1
stet init --origin test.example/ledger --ledger-key "$XDG_CONFIG_HOME/stet/keys/ledger.key" \
	--root-key "$XDG_CONFIG_HOME/stet/keys/root.key" --working-key "$XDG_CONFIG_HOME/stet/keys/working.key"
stet stats | grep -v '^bytes'
