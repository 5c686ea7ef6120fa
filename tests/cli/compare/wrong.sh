# shellcheck shell=bash
# What cannot be found out, and what never passes for a fork.
ledger
record
stet record 10.1234/b --title 'Another' >/dev/null
key=$(stet checkpoint show --vkey)
cp -r .stet copy.stet
stet export cborseq >copy.cborseq
stet export tiles -o tiles -q
stet export bagit --all -o copy.tar -q >/dev/null
stet export bagit 10.1234/a -o some.tar -q >/dev/null
size=$(stet stats --json | sed 's/.*"entries":\([0-9]*\).*/\1/')
# damaged
patch() { # FILE PLACE: one byte another
	printf '\377' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
cp copy.cborseq altered.cborseq
patch altered.cborseq 1500
status stet compare .stet altered.cborseq --key "$key"
head -c 2000 copy.cborseq >cut.cborseq
status stet compare .stet cut.cborseq --key "$key"
tail -c +200 copy.cborseq >late.cborseq
status stet compare .stet late.cborseq --key "$key"
cp -r tiles altered.tiles
patch "altered.tiles/tile/0/000.p/$size" 40
status stet compare altered.tiles .stet --key "$key"
rm "altered.tiles/tile/0/000.p/$size"
status stet compare altered.tiles .stet --key "$key"
# the head of one moment over the hashes of another
stet record 10.1234/c --title 'Third' >/dev/null
stet checkpoint show >newest.note
cp newest.note copy.stet/checkpoint
status stet compare copy.stet .stet --key "$key"
cp -r tiles mixed.tiles
cp newest.note mixed.tiles/checkpoint
status stet compare mixed.tiles .stet --key "$key"
# a head with a wrong signature, one by nobody's key, one of more entries than are here
sed 's/^[0-9][0-9]*$/5/' newest.note >altered.note
status stet compare altered.note .stet
sed 's/^[0-9][0-9]*$/5/; s/ U/ V/' newest.note >unsigned.note
status stet compare unsigned.note .stet
status stet compare newest.note tiles --key "$key"
# another ledger, and one of the same name
mkdir other
seed 7 >seven
stet key generate seven --seed-file seven -o seven.key >/dev/null
stet init --origin test.example/other --ledger-key seven.key -C other/a -q --bare \
	--root-key "$XDG_CONFIG_HOME/stet/keys/root.key" >/dev/null
stet init --origin test.example/ledger --ledger-key seven.key -C other/b -q --bare \
	--root-key "$XDG_CONFIG_HOME/stet/keys/root.key" >/dev/null
status stet compare .stet other/a --key "$key" -o none
status stet compare .stet other/b --key "$key" -o none
ls none
# what is no copy
status stet compare .stet some.tar
status stet compare .stet other
status stet compare .stet nothing
status stet compare .stet seven
stet export bagit --all --since copy.tar -o since.tar -q >/dev/null
status stet compare .stet since.tar
status stet compare - - </dev/null
status stet compare .stet
