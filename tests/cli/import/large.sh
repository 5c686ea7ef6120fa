# shellcheck shell=bash
# More rows than are remembered in memory: the others go to temporary files, of which nothing stays.
ledger
{
	echo 'OriginalPaperDOI,RetractionDOI'
	for i in {1..1000}; do echo "10.5555/p$i,10.5555/n"; done
	seq -f 'unavailable,unavailable,%.0f' 100000
	echo '10.5555/p1,10.5555/n'
} >list.csv
TMPDIR=nowhere status stet import -q retraction-watch list.csv 2>refused
tail -n 1 refused
stet verify | grep -o '^verified'
status stet import -q retraction-watch list.csv 2>refused
wc -l <refused
stet log 10.5555/p1 | cut -c 1-60
find "$TMPDIR" .stet -newer list.csv -name 'stet.*'
