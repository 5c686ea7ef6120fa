# shellcheck shell=bash
ledger
record
stet retract 10.1234/a --notice 10.1234/notice --decided-by 'editor:Test Press'
stet endorse 10.1234/a --target 6 --note 'compared with the notice'
stet log 10.1234/a -n 1
unchanged stet endorse 10.1234/a --target 99
unchanged stet endorse 10.1234/a --target first
unchanged stet endorse 10.1234/b --target 6
unchanged stet endorse 10.1234/a
