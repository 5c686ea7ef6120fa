# shellcheck shell=bash
# The answers, and the exit status of each.
ledger
cat >list.csv <<'CSV'
Record ID,RetractionDate,RetractionDOI,OriginalPaperDOI,RetractionNature,Reason
1,6/20/2023 0:00,10.1038/n1,10.1038/srep40088,Retraction,
2,5/1/2021 0:00,10.1038/n2,10.1038/b,Expression of concern,
3,,10.1038/n3,10.1038/c,Retraction,
CSV
answers() { grep -v '^rests\|^$'; }
stet import -q retraction-watch list.csv
stet record 10.1234/a --title A
status stet status 10.1234/a
status stet status --fail-on retracted 10.1234/a 10.1038/b
status stet status --fail-on retracted,concern 10.1234/a 10.1038/b | answers
status stet status --fail-on any 10.1038/srep40088 | answers
status stet status 10.9999/nothing 10.1234/a
printf 'no-doi\n10.9999/nothing\n' | status stet status -
printf 'no-doi\n10.1038/b\n' | status stet status --fail-on any - | answers
status stet status 10.1038/n1
for day in 2022 2023 2023-06-20 2024-01; do status stet status --fail-on retracted --on $day 10.1038/srep40088 | answers; done
status stet status --on 2021-05-20 10.1038/b | answers
status stet status --fail-on any --on 2021 10.1038/c | answers
stet concern 10.1038/srep40088 --notice-kind own --notice-doi 10.5555/x --note n >/dev/null
stet status 10.1038/srep40088
status stet status --at 3 10.1038/srep40088
stet status --only-notices 10.1234/a 10.1038/b | head -n 1
stet status --json 10.1038/b | head -n 1
status stet status
status stet status --fail-on rejected 10.1234/a
status stet status --on yesterday 10.1234/a
status stet status missing.txt
printf '\n# nothing\n' | status stet status -
