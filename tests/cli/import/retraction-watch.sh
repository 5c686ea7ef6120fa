# shellcheck shell=bash
# The whole list: what is taken, what is not, and the same again.
ledger
zstd -qdc "$DATA/retraction-watch/rw_doi_pairs_2026-05-06.csv.zst" >list.csv
status stet import -q retraction-watch list.csv 2>refused
wc -l <refused
head -n 2 refused
grep -vc 'it names nothing' refused
stet stats --json | grep -o '"entries":[0-9]*' | head -n 1
status stet import -q retraction-watch - <list.csv 2>/dev/null
stet stats --json | grep -o '"entries":[0-9]*' | head -n 1
stet show 10.1021/acscentsci.8b00050
stet log -p source:retraction-watch | tail -n 12
# One paper with 255 rows; one notice of 659 papers.
stet show '10.1016/s1873-9946(10)00006-1'
stet log --notice 10.1177/10641246251331509 | tail -n 1
