# shellcheck shell=bash
# Was it so when we cited it, where it has ended since: a concern that was lifted, a retraction taken back.
ledger
record
stet concern 10.1234/a --notice-kind own --notice-doi 10.5555/c --occurred 2021-03 --note 'under review' >/dev/null
stet lift 10.1234/a --target 6 --occurred 2022-06-15 --note 'nothing was found' >/dev/null
stet concern 10.1234/b --notice-kind own --occurred 2021-03-01 --note 'under review' >/dev/null
stet lift 10.1234/b --target 10 --note 'no date is given' >/dev/null
answers() { grep -v '^rests\|^$'; }
echo 'Now.'
status stet status --fail-on any 10.1234/a | answers
for day in 2020-12-31 2021-03-15 2021 2022-01 2022-06 2022-06-16 2023; do
	echo "On $day."
	status stet status --fail-on concern --on $day 10.1234/a | answers
done
status stet status --fail-on concern --on 2020 10.1234/b | answers
status stet status --fail-on concern --on 2023 10.1234/b | answers
stet status --json --on 2022-01 10.1234/a
