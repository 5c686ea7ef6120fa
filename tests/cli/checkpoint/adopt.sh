# shellcheck shell=bash
# A ledger moved to another machine goes on only from the checkpoint it is given.
ledger
record
stet checkpoint >head.note
mv "$STET_STATE" old-machine
unchanged stet record 10.1234/b --title 'On the new machine'
unchanged stet checkpoint adopt nowhere.note
echo nonsense >bad.note
unchanged stet checkpoint adopt bad.note
sed 's/^6$/7/' head.note >forged.note
unchanged stet checkpoint adopt forged.note
stet checkpoint adopt head.note
stet record 10.1234/b --title 'On the new machine'
status stet checkpoint adopt
