# shellcheck shell=bash
# Only its issuer strikes an entry out; by anybody else it is contested. An annulment can be annulled.
ledger
record
key desk 4 https://journal-x.example/desk
stet key grant desk --role editor
stet retract 10.1234/a --notice none --decided-by 'editor:Test Press' --as working
stet annul 10.1234/a --target 8 --note 'not ours to retract' --as desk
stet log 10.1234/a -n 2
stet annul 10.1234/a --target 8 --note 'the wrong paper' --as working
stet log 10.1234/a --json -n 3 | grep -o '"annulled_by":[0-9]*\|"contested_by":[0-9]*'
stet annul 10.1234/a --target 12 --note 'it was the right one after all' --as working
stet log 10.1234/a -n 4
