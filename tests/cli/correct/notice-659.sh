# shellcheck shell=bash
# The real notice over 659 papers: all of it or nothing, and the same again is already there.
ledger
retract() {
	stet retract --list "$DATA/notice-659/papers.csv" --notice 10.1177/10641246251331509 \
		--decided-by 'publisher:Test Press' --reason 'compromised peer review' "$@"
}
unchanged retract --dry-run >dry
grep -c '^would be appended' dry
grep -c '^  {"type":"correction",' dry
sed -n '2p;$p' dry
retract --json >first
cut -c 8-28 first | sort | uniq -c
unchanged retract --json >again
cut -c 8-28 again | sort | uniq -c
stet log --notice https://doi.org/10.1177/10641246251331509 | tail -n 1
stet log --notice 10.1177/10641246251331509 --json | wc -l
stet log --notice 10.1177/10641246251331509 -n 2 --reverse
status stet log --notice 10.1177/10641246251331509 --at 4
stet log --notice 10.1177/10641246251331509 --at 20 | tail -n 1
# As the dry run said, but for the leading answer.
stet log 10.3233/jifs-220128 --json | grep -o '"batch":{[^}]*}'
stet annul 10.3233/jifs-220128 --target 4 --note 'not one of them'
stet log --notice 10.1177/10641246251331509 --at 5
stet log --notice 10.1177/10641246251331509 | sed -n '1p;$p'
