# shellcheck shell=bash
# The ledger as static files: written, judged, brought up to date, and damaged.
ledger
stet import records "$DATA/records/records.json" --as working -q
key=$(stet checkpoint show --vkey)
status stet export tiles -o log
(cd log && find . -type f | LC_ALL=C sort)
cmp log/checkpoint .stet/checkpoint
status stet check log --key "$key"
status stet export tiles -o log
status stet export tiles -o log --update
cp -r log early
for i in 1 2 3; do stet record "10.1234/$i" --title "Record $i" >/dev/null; done
status stet export tiles -o log --update
status stet check log --key "$key" --json
stet export tiles -o fresh -q
status stet check log
# what was there in between may stay; everything else is the same
diff -r fresh log
# a client of the older checkpoint still finds its tiles
cp early/checkpoint log/checkpoint
status stet check log --key "$key" -q --no-remember | tail -n 2
cp fresh/checkpoint log/checkpoint
# damage
printf 'x' | dd of=log/tile/0/000 bs=1 seek=900 conv=notrunc 2>/dev/null
status stet check log --key "$key"
cp fresh/tile/0/000 log/tile/0/000
printf 'x' | dd of=log/tile/entries/000 bs=1 seek=9000 conv=notrunc 2>/dev/null
status stet check log --key "$key" | tail -n 2
rm log/tile/entries/000
status stet check log --key "$key"
# folders that are something else
mkdir other && touch other/file
status stet export tiles -o other
sed 's/^test.example.ledger$/test.example\/stranger/' fresh/checkpoint >early/checkpoint
status stet export tiles -o early --update
status stet export tiles
status stet export jsonl --update
