# shellcheck shell=bash
# Evidence is held against what was read and checked of its ledger: older is not accepted, another
# history is refuted, newer is remembered.
evidence() { # NAME [OPTION...]: all kinds of it
	stet checkpoint "${@:2}" >"$1.note"
	stet prove 10.1234/a -o "$1.stet-proof" "${@:2}" >/dev/null
	stet prove --entry 4 -o "$1.tlog-proof" "${@:2}" >/dev/null
	stet prove --entry 4 --as transparent-statement -o "$1.scitt" "${@:2}" >/dev/null
	stet export tiles -o "$1.tiles" -q "${@:2}" >/dev/null
	stet export bagit --all -o "$1.bag" -q "${@:2}" >/dev/null
}
last() { # COMMAND...: the last line and the status
	local status=0
	"$@" >told || status=$?
	tail -n 1 told
	echo "exit $status"
}
ledger
record
key=$(stet checkpoint show --vkey)
evidence old
cp -r .stet old
cp -r .stet fork
cp -r "$STET_STATE" "$SCRATCH/twin"
stet record 10.1234/b --title 'Since then' >/dev/null
evidence new
export STET_STATE=$SCRATCH/twin
stet record 10.1234/c --title 'Of another history' -C fork >/dev/null
evidence other -C fork
export STET_STATE=$SCRATCH/state
stet record 10.1234/d --title 'And more' >/dev/null
evidence more

export STET_STATE=$SCRATCH/reader
echo '--- nobody is known to have signed it: neither asked nor remembered'
last stet check old.note
stet checkpoint remembered
echo '--- a checkpoint, and then a newer one'
last stet check old.note --key "$key"
stet checkpoint remembered
later 60
status stet check new.note --key "$key"
stet checkpoint remembered --json
echo '--- what is older now'
for kind in note tlog-proof scitt tiles bag stet-proof; do
	last stet check -q "old.$kind" --key "$key"
done
status stet check old.note --key "$key"
stet check old.note --key "$key" --json
status stet check old.note --key "$key" --no-remember
echo '--- what is of another history'
for kind in note tlog-proof scitt tiles bag stet-proof; do
	last stet check -q "other.$kind" --key "$key"
done
status stet check other.note --key "$key"
last stet check other.note --key "$key" --no-remember
echo '--- the same'
for kind in note tlog-proof scitt tiles bag stet-proof; do
	last stet check -q "new.$kind" --key "$key"
done
stet checkpoint remembered
echo '--- a copy of the ledger is read: an older one is told of, another history refused'
stet stats -C old | head -n 1
stet stats -C old | head -n 1
status stet stats -C fork
stet stats -C .stet | head -n 1
echo '--- what was read counts for evidence'
stet checkpoint forget test.example/ledger
stet stats -C .stet | head -n 1
last stet check old.stet-proof --key "$key"
last stet check other.scitt --key "$key"
last stet check new.tlog-proof --key "$key"
stet checkpoint remembered
echo '--- by the id that a proof shows'
stet checkpoint forget test.example/ledger
last stet check old.stet-proof --key "$key"
stet checkpoint remembered
last stet check new.note --key "$key"
stet checkpoint remembered
status stet stats -C fork
echo '--- which goes on from what is remembered'
for kind in tiles bag; do
	for from in old other; do
		stet checkpoint forget test.example/ledger
		last stet check -q "$from.note" --key "$key"
		status stet check -q "more.$kind" --key "$key" 2>&1 | sed -n '/^  before/,$p'
	done
done
echo '--- a damaged memory'
stet checkpoint forget test.example/ledger
last stet check old.stet-proof --key "$key"
for file in "$STET_STATE"/*/checked; do printf x >>"$file"; done
last stet check new.stet-proof --key "$key"
last stet check new.note --key "$key"
last stet check new.stet-proof --key "$key" --no-remember
