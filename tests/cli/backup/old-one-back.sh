# shellcheck shell=bash
# An old backup put back is never signed on: this machine remembers what it signed last.
ledger
record
cp -r .stet old
stet record 10.1234/b --title 'Since the backup'
rm -r .stet
mv old .stet
status stet record 10.1234/c --title 'On an old copy'
status stet verify
