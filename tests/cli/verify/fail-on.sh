# shellcheck shell=bash
# What contradicts itself and what is not supported changes the exit status only where it was asked for.
ledger
record
stet declare 10.1234/a --correction-state CURRENT --correction-count 2 --tier DOI_GRADE >/dev/null
status stet verify 10.1234/a
for what in gap finding tier-not-supported falsified-current finding,tier-not-supported ''; do
	echo "--fail-on $what"
	status stet verify 10.1234/a --fail-on "$what" | tail -n 2
	status stet verify 10.1234/a --fail-on "$what" --json | tail -n 1
done
echo 'Wrong ones.'
status stet verify 10.1234/a --fail-on everything
status stet verify 10.1234/a --fail-on gap,bytes-altered
status stet verify 10.1234/a --fail-on "$(printf 'x%.0s' $(seq 100))"
status stet verify 10.1234/a --fail-on gap,,finding
status stet verify --fail-on gap
status stet verify 10.1234/nothing --fail-on gap
echo 'Of no paper.'
status stet verify stet:ledger --fail-on gap
