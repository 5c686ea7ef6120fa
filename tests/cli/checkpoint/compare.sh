# shellcheck shell=bash
# Checkpoints that others have kept, held against this ledger.
ledger
record
stet checkpoint show >old.note
cp -r .stet copy.stet
cp -r "$STET_STATE" copy.state
stet record 10.1234/b --title 'One thing' >/dev/null
stet checkpoint show >same.note
STET_STATE=$PWD/copy.state stet record -C copy.stet 10.1234/b --title 'Another thing' >/dev/null
stet checkpoint show --no-remember -C copy.stet >fork.note
STET_STATE=$PWD/copy.state stet record -C copy.stet 10.1234/c --title 'And more' >/dev/null
stet checkpoint show --no-remember -C copy.stet >larger.note
status stet checkpoint compare same.note old.note
stet checkpoint show | stet checkpoint compare - --json
stet checkpoint compare same.note fork.note -q >both.txt
echo "$?"
tail -n 1 both.txt
status stet checkpoint compare fork.note -o fork.stet-evidence
stet check fork.stet-evidence --key "$(stet checkpoint show --vkey)" | tail -n 1
# of more entries: what lies between, this ledger cannot know
status stet checkpoint compare larger.note -o none
status stet checkpoint compare larger.note nothing.note same.note
status stet checkpoint compare same.note old.note -o none
status stet checkpoint compare
# anything that can be compared
status stet checkpoint compare copy.stet
