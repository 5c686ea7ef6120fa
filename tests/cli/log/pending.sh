# shellcheck shell=bash
# A correction that waits for endorsements is in the history, and says that it is not in force.
ledger
record
key desk 7 https://journal.example/desk
key other 8 https://other.example/desk
stet key grant desk --role editor >/dev/null
stet key grant other --role editor --role auditor >/dev/null
stet policy set endorsements_correction=1 >/dev/null
stet correct 10.1234/a --set title='A corrected record' --note 'as printed' --as desk >/dev/null
stet log 10.1234/a
stet log -p 10.1234/a -n 1
stet log 10.1234/a --json | grep -o '"pending":true'
stet endorse 10.1234/a --target 12 --as other >/dev/null
echo 'Endorsed.'
stet log 10.1234/a
stet log 10.1234/a --json | grep -c '"pending":true' || true
echo 'Before that.'
stet log 10.1234/a --at 13 -n 1
