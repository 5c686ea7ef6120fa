# shellcheck shell=bash
# A copy goes on by itself under the same key: what each has, and what proves it to others.
ledger
record
key=$(stet checkpoint show --vkey)
cp -r .stet copy.stet
cp -r "$STET_STATE" copy.state
stet record 10.1234/b --title 'One thing' >/dev/null
later 60
STET_STATE=$PWD/copy.state stet record -C copy.stet 10.1234/b --title 'Another thing' >/dev/null
status stet compare .stet copy.stet --key "$key" -o fork.stet-evidence
status stet check fork.stet-evidence --key "$key"
# of two sizes
stet retract 10.1234/b --notice none --decided-by editor:X >/dev/null
status stet compare copy.stet .stet --key "$key" -o larger.stet-evidence
status stet check larger.stet-evidence --key "$key"
# kept in other ways: the same evidence
stet export tiles -o tiles -q
stet export bagit --all --no-remember -C copy.stet -o copy.tar -q >/dev/null
stet compare copy.tar tiles --key "$key" -o tiles.stet-evidence | tail -n 2
cmp tiles.stet-evidence larger.stet-evidence
# whoever signed them
status stet compare copy.stet tiles
status stet compare copy.stet tiles --json
# entries alone have no head that others could be shown
stet export cborseq >entries.cborseq
status stet compare copy.stet entries.cborseq --key "$key" -o none.stet-evidence
ls none.stet-evidence
# a head alone does not show which entry
stet checkpoint show >head.note
status stet compare head.note tiles --key "$key"
stet checkpoint show --no-remember -C copy.stet >other.note
status stet compare other.note tiles --key "$key" -o head.stet-evidence
cmp head.stet-evidence larger.stet-evidence
# on standard output, and where it cannot be written
stet compare .stet copy.stet --key "$key" -o - | cmp - larger.stet-evidence
status stet compare .stet copy.stet --key "$key" -o nowhere/fork.stet-evidence
# a file in its place is replaced, as everywhere
echo old >taken
stet compare .stet copy.stet --key "$key" -q -o taken >/dev/null
cmp taken larger.stet-evidence
