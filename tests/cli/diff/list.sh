# shellcheck shell=bash
# A watch list: what changed of it since a checkpoint, a number of entries, a time.
ledger
record
stet record 10.1234/b --title 'A second record' >/dev/null
stet concern 10.1234/b --notice-kind own --note 'under review' >/dev/null
stet checkpoint >seen.txt
printf '10.1234/a\nhttps://doi.org/10.1234/B\n' >watch.txt
status stet diff --since seen.txt watch.txt
later 86400
stet verdict 10.1234/a --contract gate-verdict-v1 --gate 2 --status UNVERIFIED --kind default >/dev/null
status stet diff --since seen.txt watch.txt
later 86400
stet lift 10.1234/b --target 8 --note 'the review found nothing' >/dev/null
stet retract 10.1234/a --notice-kind own --notice-doi 10.5555/n --occurred 2026-07-03 --decided-by 'publisher:Test Press' --note 'the data are not there' >/dev/null
echo 'Since the checkpoint.'
status stet diff --since seen.txt watch.txt
echo 'Since a time; until one.'
status stet diff --since 2026-07-03T23:00:00Z - <watch.txt
status stet diff --since 0 --at 2026-07-03T23:00:00Z watch.txt
echo 'Since a number of entries; annulled.'
since=$(stet stats --json | sed 's/.*"entries":\([0-9]*\).*/\1/')
stet annul 10.1234/a --target 14 --note 'the wrong paper' >/dev/null
status stet diff --since "$since" watch.txt
status stet diff --since "$since" 10.1234/b
COLUMNS=120 stet diff --since "$since" --json 10.1234/a
stet verify | tail -n 1
