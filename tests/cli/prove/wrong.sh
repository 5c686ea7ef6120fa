# shellcheck shell=bash
ledger
record
key=$(stet checkpoint show --vkey)
status stet prove
status stet prove 10.1234/a -o nowhere/a.stet-proof
status stet prove 'no identifier' -o a.stet-proof
status stet prove SRCH:00000000 -o a.stet-proof
status stet prove stet:seal -o a.stet-proof
status stet prove 10.1234/a -o a.stet-proof -C elsewhere
ls
stet prove 10.1234/a -o a.stet-proof
# cut, altered, and of somebody else's ledger of the same name
head -c 1000 a.stet-proof >cut.stet-proof
status stet check cut.stet-proof --key "$key"
sed 's/A first record/A worse record/' a.stet-proof >altered.stet-proof
status stet check altered.stet-proof --key "$key"
status stet check altered.stet-proof --key "$key" --json
# of another ledger of that name
mkdir other && cd other || exit
seed 9 >"$SCRATCH/tmp/seed"
stet key generate other --seed-file "$SCRATCH/tmp/seed" -o "$SCRATCH/tmp/other.key" >/dev/null
stet init --origin test.example/ledger --ledger-key "$SCRATCH/tmp/other.key" \
	--root-key "$XDG_CONFIG_HOME/stet/keys/root.key" \
	--working-key "$XDG_CONFIG_HOME/stet/keys/working.key" -q >/dev/null
other=$(stet checkpoint show --vkey)
status stet check ../a.stet-proof --key "$other"
status stet check ../a.stet-proof --key "$other" --key "$key" | tail -n 2
# dated ahead, it would be fresh for ever
later -86400
status stet check ../a.stet-proof --key "$key" --max-age 30d | tail -n 2
