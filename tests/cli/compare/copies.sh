# shellcheck shell=bash
# One history kept in every way, and an older copy of it.
ledger
record
cp -r .stet old.stet
stet record 10.1234/b --title 'Another' --publisher 'Test Press' --submitted 2026-06-30 >/dev/null
key=$(stet checkpoint show --vkey)
stet export cborseq >new.cborseq
stet export bagit --all -o new.tar -q >/dev/null
stet export bagit --all -o new.bag -q >/dev/null
stet export tiles -o new.tiles -q
status stet compare .stet .stet --key "$key"
status stet compare old.stet .stet --key "$key"
status stet compare .stet old.stet --key "$key"
status stet compare .stet old.stet
# each against the ledger and the older copy
for copy in new.cborseq new.tar new.bag new.tiles; do
	stet compare .stet "$copy" --key "$key" | tail -n 1
	stet compare "$copy" old.stet --key "$key" | tail -n 1
done
stet compare new.tiles new.tiles --key "$key" | tail -n 1
stet compare new.bag new.tar --key "$key" | tail -n 1
# from a pipe
stet export cborseq --no-remember -C old.stet | status stet compare new.tiles - --key "$key"
stet checkpoint show | stet compare - new.tar --key "$key" | tail -n 1
stet compare old.stet new.cborseq --json
# nothing contradicts, so no file comes of it
status stet compare .stet old.stet --key "$key" -o none.stet-evidence >/dev/null
ls none.stet-evidence
# a writer who never reached the checkpoint: what is behind the head is said
cp old.stet/checkpoint head.note
cp -r .stet late.stet
cp head.note late.stet/checkpoint
status stet compare late.stet .stet --key "$key"
# without any checkpoint the last seal is the head
rm late.stet/checkpoint
status stet compare late.stet .stet --key "$key"
# a folder that cannot be written
chmod -R a-w old.stet
stet compare old.stet .stet --key "$key" | tail -n 1
chmod -R u+w old.stet
