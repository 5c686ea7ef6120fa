# shellcheck shell=bash
# The ledger key changes: whoever knows the first one knows those that it handed over to.
ledger
record
key=$(stet checkpoint show --vkey)
cp -r .stet old.stet
cp -r "$STET_STATE" copy.state
seed 4 >"$SCRATCH/tmp/seed"
stet key generate next --seed-file "$SCRATCH/tmp/seed" -o "$SCRATCH/tmp/next.key" >/dev/null
stet key rotate --new-key "$SCRATCH/tmp/next.key" >/dev/null
stet record 10.1234/b --title 'One thing' >/dev/null
stet export bagit --all -o new.tar -q >/dev/null
stet export tiles -o new.tiles -q
status stet compare old.stet .stet --key "$key"
stet compare old.stet new.tar --key "$key" | tail -n 1
stet export cborseq | stet compare old.stet - --key "$key" | tail -n 1
# of tiles only entry 0 is read
status stet compare old.stet new.tiles --key "$key"
status stet compare old.stet new.tiles --key "$key" --key "$(stet checkpoint show --vkey)"
# the old copy goes on under the old key: two histories, and no key has signed both heads
STET_STATE=$PWD/copy.state stet record -C old.stet 10.1234/b --title 'Another thing' >/dev/null
status stet compare old.stet .stet --key "$key" -o none.stet-evidence
ls none.stet-evidence
