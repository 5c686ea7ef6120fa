# shellcheck shell=bash
# What the cases share. Sourced by run.

# seed N: 32 bytes, in hex, all of them N.
seed() {
	local i
	for ((i = 0; i < 32; i++)); do printf '%02x' "$1"; done
}

# key LABEL N [ISSUER]: a key from seed N in the keys folder, without a word.
key() {
	seed "$2" >"$SCRATCH/tmp/seed"
	stet key generate "$1" --seed-file "$SCRATCH/tmp/seed" ${3:+--issuer "$3"} >/dev/null
	rm "$SCRATCH/tmp/seed"
}

# ledger [OPTION...]: the ledger that most cases begin with, made from seeds 1 to 3 without a word.
ledger() {
	key root 2 https://test.example/root
	key working 3 https://test.example/work
	seed 1 >"$SCRATCH/tmp/seed"
	stet key generate ledger --seed-file "$SCRATCH/tmp/seed" -o "$SCRATCH/tmp/ledger.key" >/dev/null
	stet init --origin test.example/ledger --ledger-key "$SCRATCH/tmp/ledger.key" \
		--root-key "$XDG_CONFIG_HOME/stet/keys/root.key" \
		--working-key "$XDG_CONFIG_HOME/stet/keys/working.key" -q "$@" >/dev/null
	rm "$SCRATCH/tmp/seed"
}

# record [OPTION...]: a first record in it, without a word.
record() {
	stet record 10.1234/a --title 'A first record' --publisher 'Test Press' --submitted 2026-06-30 "$@" >/dev/null
}

# status COMMAND...: runs it and prints its exit status behind its output.
status() {
	local status=0
	"$@" || status=$?
	echo "exit $status"
}

# later SECONDS: the clock goes on.
later() {
	export STET_TEST_NOW=$((STET_TEST_NOW + $1 * 1000))
}

# unchanged COMMAND...: runs it, prints its exit status, and says if the ledger is another afterwards.
unchanged() {
	local before after
	before=$(stet stats --json)
	status "$@"
	after=$(stet stats --json)
	[ "$before" = "$after" ] || echo "THE LEDGER HAS CHANGED"
}
