# shellcheck shell=bash
# Command lines and files that cannot be used.
ledger
stet checkpoint show >head.note
status stet check
status stet check nowhere
status stet check head.note 10.1234/a
status stet check head.note --max-age yesterday
status stet check head.note --key nonsense
echo nonsense >trust
status stet check head.note --trust trust
status stet check head.note --trust nowhere
echo nonsense >file
status stet check file
: >empty
status stet check empty
mkdir folder
status stet check folder
