# shellcheck shell=bash
ledger
record
stet export site -o public
find public -type f | sort
cat public/site.json
stet export site -o public --update
stet retract 10.1234/a --notice 10.1234/n --decided-by publisher:P --id r >/dev/null
stet export site -o public --update -q
grep -o 'badge grave">[a-z ]*' public/r/*/*.html
stet export report 10.1234/a -o report.html
grep -o '<section' report.html | wc -l
stet export report 10.1234/a | cmp - report.html
status stet export site -o public
status stet export site
status stet export site -o public --at 2 --update
status stet export report
status stet export report 10.1234/b
stet check public/r/*/*.stet-proof --key "$(stet checkpoint --vkey)" | head -n 4
touch file
status stet export site -o file/x
