# shellcheck shell=bash
# Killed in the middle, again and again, and run once more: the same statements as without.
ledger
zstd -qdc "$DATA/retraction-watch/rw_doi_pairs_2026-05-06.csv.zst" | head -n 6001 >list.csv || true
said() { # name, id and payload of every statement of the list
	stet export jsonl | grep '"type":"\(correction\|snapshot\)"' |
		sed -e 's/^.*"statement"://' -e 's/"signed_at":"[^"]*",*//' -e 's/"kid":.*$//' | sort
}
cp -a .stet fresh
cp -a "$STET_STATE" fresh-state
for delay in 0.02 0.05 0.1 0.15 0.2; do
	(timeout -s KILL "$delay" stet import -q --batch 256 retraction-watch list.csv || true) >/dev/null 2>&1
done
status stet import -q retraction-watch list.csv 2>/dev/null >/dev/null
said >interrupted
stet verify | grep -o '^verified'
rm -rf .stet "$STET_STATE"
mv fresh .stet
mv fresh-state "$STET_STATE"
status stet import -q retraction-watch list.csv 2>/dev/null
said >whole
wc -l <whole
cmp interrupted whole && echo same
