# shellcheck shell=bash
# Killed in the middle of 659: nothing is there or everything, and the same again completes it.
ledger
retract() {
	exec stet retract --list "$DATA/notice-659/papers.csv" --notice 10.1177/10641246251331509 \
		--decided-by 'publisher:Test Press' --reason 'compromised peer review'
}
for wait in 0.01 0.03 0.06 0.1 0.2; do
	retract >killed 2>killed.err &
	pid=$!
	sleep "$wait"
	kill -9 "$pid" 2>kill.err
	{ wait "$pid"; } 2>kill.err
	found=$(stet log --notice 10.1177/10641246251331509 --json 2>log.err | wc -l)
	case $found in 0 | 659) ;; *) echo "$found of 659 after $wait s" ;; esac
done
(retract) >last 2>last.err
echo "exit $?"
cut -d' ' -f1 last | grep -vc -e appended -e already
stet log --notice 10.1177/10641246251331509 | tail -n 1
stet verify -q | sed 's/:.*//;2d'
