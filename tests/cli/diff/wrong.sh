# shellcheck shell=bash
# What cannot be compared, and what is not there.
ledger
record
stet checkpoint >seen.txt
status stet diff
status stet diff --since
status stet diff --since yesterday 10.1234/a
status stet diff --since 999 10.1234/a
status stet diff --since 5 --at 2 10.1234/a
status stet diff --since 0 --at soon 10.1234/a
echo 'a note' >note.txt
status stet diff --since note.txt
sed 's/^test.example.ledger$/test.example\/other/' seen.txt >other.txt
status stet diff --since other.txt
printf 'nothing of this kind\n10.9999/x\n' | tr ' ' - >watch.txt
status stet diff --since 6 watch.txt
status stet diff --since 6 10.9999/x
status stet diff --since 6 10.9999/x --json
status stet diff --since 0 watch.txt 10.1234/a | tail -n 1
status stet diff --since 0 missing.txt
printf '# none\n' | status stet diff --since 0 -
