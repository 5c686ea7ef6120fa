# shellcheck shell=bash
# A proof is checked into the page that `show` prints, whichever name comes first by its letters.
ledger
stet import -q records "$DATA/records/records.json" --retrieved 2026-07-04
stet concern SRCH:9F810E9F --notice-kind own --notice-doi 10.5555/n --public-note doubt --id c >/dev/null
stet show SRCH:9F810E9F | grep 'Correction state'
for id in SRCH:9F810E9F 10.5281/zenodo.21073815; do
	stet prove "$id" -o p
	stet check p --key "$(stet checkpoint --vkey)" >checked
	stet show SRCH:9F810E9F | diff - <(sed -n '/^Zero-shot/,$p' checked)
done
stet prove SRCH:9F810E9F 10.5555/none -o p
stet check p --key "$(stet checkpoint --vkey)" --json |
	python3 -c 'import json, sys; d = json.load(sys.stdin); print(len(d["standings"]), d["absent"])'
exit 0
