# shellcheck shell=bash
# A witness signs what continues what it signed before, and remembers first.
ledger
record
key w1 11
key w2 12
log=$(stet checkpoint --vkey)
w() { stet checkpoint cosign --as "$1" --name "$1.example" "${@:2}"; }
one=$(w w1 --vkey)
echo "$one"
status w w1 --key "$log" # cosign-no-memory
w w1 --key "$log" --first | tee line
w w1 --key "$log" | cmp - line # the same again, at the same time
# the key is of one name and of one purpose
status stet checkpoint cosign --as w1 --name other.example --key "$log" # cosign-other-name
status w w1 --key "$log" --auditor
# a ledger whose key nobody named
status w w2 --key "$one" --first # checkpoint-unsigned
status w w2 --first
status stet checkpoint cosign --as w2 --key "$log" --first
# kept beside the checkpoint
stet checkpoint >bare.note
status stet checkpoint add-cosignature line --key "$log" # cosigner-unknown
status stet checkpoint add-cosignature line
status stet checkpoint add-cosignature line --key "$one"
status stet checkpoint add-cosignature line --key "$one" --json
stet checkpoint
cat .stet/cosigners
stet checkpoint >cosigned.note
sed 's/qRmv/qRmw/' line >forged
status stet checkpoint add-cosignature forged --key "$one" # note-signature
status stet check cosigned.note --key "$log" --key "$one"
# a backup has it, and so has a second line in place of the first
stet backup backup -q >/dev/null
stet checkpoint -C backup | cmp - cosigned.note
# and so has a bag, and what is made from it, which shows the line to others as well
stet export bagit --all -o bag -q >/dev/null
cmp .stet/cosigners bag/data/ledger/cosigners.txt
stet restore bag restored -q >/dev/null
cmp .stet/cosigners restored/cosigners
stet checkpoint -C restored | cmp - cosigned.note
stet prove 10.1234/a -C restored -o restored.stet-proof >/dev/null
stet check restored.stet-proof --key "$log" --key "$one" | grep w1.example
stet check bag --key "$log" --key "$one" | sed 's|files, .* bytes|files|'
# keys that are none are found where the bag is read again
sed 's/w1/w\xff/' .stet/cosigners >bag/data/ledger/cosigners.txt
status stet restore bag restored2
later 60
w w1 --key "$log" | stet checkpoint add-cosignature - --key "$one"
stet checkpoint | grep -c w1.example
# the next seal begins anew
stet record 10.1234/b --title 'Another' --publisher 'Test Press' --submitted 2026-06-30 >/dev/null
stet checkpoint | grep -c w1.example
status stet checkpoint add-cosignature cosigned.note --key "$one" # cosignature-other
w w1 --key "$log" >line
status stet checkpoint add-cosignature line --key "$one"
status stet verify
# an older checkpoint, from a copy and from a file
status w w1 bare.note --key "$log" # cosign-rolled-back
status w w1 -C backup --key "$log"
status w w1 -C backup --key "$log" --first
