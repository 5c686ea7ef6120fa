# shellcheck shell=bash
# In the history of the ledger as in that of a record: an annulment strikes out, one that is annulled
# does not, and somebody else's changes nothing.
ledger
record
key other 8 https://other.example/desk
stet key grant other --role editor --role publisher --role auditor >/dev/null
stet correct 10.1234/a --set title='One' --note one --as working >/dev/null
stet correct 10.1234/a --set title='Two' --note two --as working >/dev/null
stet annul 10.1234/a --target 8 --note 'not so' --as working >/dev/null
stet annul 10.1234/a --target 10 --note 'nor this' --as working >/dev/null
stet annul 10.1234/a --target 12 --note 'it was so' --as working >/dev/null
stet annul 10.1234/a --target 4 --note 'a stranger' --as other >/dev/null
for how in '' --reverse '--at 17' '-n 4' '--at 13 --reverse'; do
	echo "log $how"
	# shellcheck disable=SC2086
	stet log $how | grep -e '^~~' -e '^entry .*correction' -e '^entry .*record' -e 'struck out' -e contested
done
stet log >all
stet log 10.1234/a >one
grep -c '~~' all one
