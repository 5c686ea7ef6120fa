# shellcheck shell=bash
# Without a list: every record that something was said of, once, under whichever name.
ledger
record
stet checkpoint >seen.txt
status stet diff --since seen.txt
later 86400
cat >list.csv <<'CSV'
Record ID,RetractionDate,RetractionDOI,OriginalPaperDOI,RetractionNature,Reason
1,6/20/2023 0:00,10.1038/n1,10.1038/srep40088,Retraction,
2,5/1/2021 0:00,10.1038/n2,10.1234/a,Expression of concern,
CSV
stet import -q retraction-watch list.csv
stet alias 10.1234/a urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 >/dev/null
stet declare urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 --correction-state CURRENT --correction-count 1 >/dev/null
status stet diff --since seen.txt
COLUMNS=50 status stet diff --since seen.txt --at 7
status stet diff --since seen.txt --json
status stet diff --since 0 --at 0
