# shellcheck shell=bash
# A list that lifts, again: what it lifted is no longer open, and what it says is there already.
ledger
record
stet record 10.1234/b --title 'Another' >/dev/null
printf '10.1234/a\n10.1234/b\n' >papers.txt
stet retract --list papers.txt --notice 10.1234/notice --decided-by 'publisher:Test Press' >/dev/null
stet concern --list papers.txt --notice 10.1234/concern >/dev/null
stet reinstate --list papers.txt --notice 10.1234/back
stet lift --list papers.txt --note 'settled'
echo 'Again.'
unchanged stet reinstate --list papers.txt --notice 10.1234/back
unchanged stet lift --list papers.txt --note 'settled'
echo 'Another list, and another nature.'
unchanged stet reinstate --list papers.txt --notice 10.1234/other
echo 'Retracted once more, the same list is another statement.'
stet retract 10.1234/a --notice 10.1234/second --decided-by 'publisher:Test Press' >/dev/null
unchanged stet reinstate --list papers.txt --notice 10.1234/back
