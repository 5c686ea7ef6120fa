# shellcheck shell=bash
# A reader remembers the newest head of each ledger, and refuses an older copy and a fork by it.
ledger
record
cp -r .stet old
export MAKER=$STET_STATE
stet record 10.1234/b --title 'Since then' >/dev/null
cp -r .stet newer
cp -r old fork
cp -r "$MAKER" "$SCRATCH/twin" && rm "$SCRATCH"/twin/*/head
STET_STATE=$SCRATCH/twin stet checkpoint adopt old/checkpoint -C old >/dev/null
STET_STATE=$SCRATCH/twin stet record 10.1234/c --title 'Of another history' -C fork --no-remember >/dev/null

echo '--- nothing is remembered yet'
export STET_STATE=$SCRATCH/reader
stet checkpoint remembered
status stet checkpoint forget -C old
echo '--- an old copy is read, then a newer one'
stet show 10.1234/a -C old | head -n 1
stet checkpoint remembered
later 60
stet stats -C newer | head -n 1
stet checkpoint remembered --json
echo '--- the old copy from now on'
status stet show 10.1234/a -C old
status stet export jsonl -C old
status stet verify 10.1234/a -C old
status stet verify -C old
status stet record 10.1234/d --title 'On an old copy' -C old
status stet show 10.1234/a -C old --no-remember | tail -n 1
status stet verify -C old --no-remember
echo '--- another history of the same size'
status stet log 10.1234/a -C fork
status stet verify -C fork
status stet stats -C fork --no-remember | tail -n 1
stet checkpoint remembered --json | python3 -c '
import json, sys
sys.stdout.write(json.load(sys.stdin)["note"])' >remembered.note
cmp remembered.note newer/checkpoint && status stet compare fork remembered.note -o x.stet-evidence | tail -n 2
stet check x.stet-evidence --key "$(stet checkpoint show --vkey -C newer)" | tail -n 1
echo '--- the memory is as it was, and the newer copy is read'
stet checkpoint remembered
stet verify -C newer
echo '--- begun anew'
status stet checkpoint forget newer
status stet checkpoint forget test.example/ledger -C newer
status stet checkpoint forget test.example/ledger
status stet checkpoint forget test.example/ledger
stet stats -C old | head -n 1
stet verify -C newer | head -n 1
stet checkpoint forget -C newer
echo '--- a damaged memory is no yes'
stet stats -C newer | head -n 1
printf 'x' >>"$(echo "$STET_STATE"/*/seen)"
status stet stats -C newer
status stet verify -C newer
stet checkpoint remembered
stet checkpoint remembered --json
stet stats -C newer --no-remember | head -n 1
stet checkpoint forget -C newer
stet stats -C newer | head -n 1
echo '--- what the machine has signed counts for its readers too, and is not forgotten'
export STET_STATE=$MAKER
status stet stats -C old
status stet stats -C fork
status stet checkpoint forget -C old
status stet stats -C old
printf 'x' >"$(echo "$STET_STATE"/*/head)"
stet stats -C old | head -n 1
echo '--- no place to remember'
touch "$SCRATCH/file"
STET_STATE=$SCRATCH/file stet stats -C old | head -n 1
STET_STATE=$SCRATCH/file status stet checkpoint remembered
