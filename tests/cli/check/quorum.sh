# shellcheck shell=bash
# Witnesses and auditors: who has to have signed is the reader's to say.
ledger
record
key w1 11 && key w2 12 && key a1 13
log=$(stet checkpoint --vkey)
by() { stet checkpoint cosign --as "$1" --name "$1.example" --key "$log" "${@:2}"; }
vkey() { stet checkpoint cosign --as "$1" --name "$1.example" --vkey; }
cat >witnesses <<END
# ours
log $log
witness W1 $(vkey w1)
witness W2 $(vkey w2) https://w2.example/
group both all W1 W2
group one any both
quorum one
END
echo "quorum none" >none.policy
cat >auditors <<END
witness A $(vkey a1)
quorum A
END
stet checkpoint >bare.note
status stet check bare.note --policy witnesses # quorum-not-met
by w1 --first | stet checkpoint add-cosignature - --policy witnesses
stet checkpoint >one.note
status stet check one.note --policy witnesses
later 30
by w2 --first | stet checkpoint add-cosignature - --policy witnesses
by a1 --first --auditor -q | stet checkpoint add-cosignature - --auditors auditors
stet checkpoint >all.note
status stet check all.note --policy witnesses --auditors auditors
status stet check all.note --policy witnesses --auditors auditors --json
status stet check one.note --policy witnesses --auditors auditors --json
# the policy's witnesses alone make the ledger known to nobody
status stet check all.note --auditors auditors
status stet check all.note --key "$log" --auditors auditors --max-age 1h
# proofs carry the lines that the ledger has taken
stet prove 10.1234/a -o a.stet-proof >/dev/null
status stet check a.stet-proof --policy witnesses --auditors auditors
status stet check a.stet-proof --key "$log" --policy none.policy
# and so do bags and tiles
stet export bagit --all -o bag.tar -q >/dev/null
stet export tiles -o tiles -q >/dev/null
for file in bag.tar tiles; do
	status stet check $file --policy witnesses --auditors auditors | grep -v payload
	status stet check $file --key "$log" --policy none.policy | tail -n 2
done
# a forged line of a witness refutes the whole
sed "s/w2.example \(.\{20\}\)./w2.example \1A/" all.note >forged.note
status stet check forged.note --policy witnesses # note-signature
status stet verify --policy witnesses --auditors auditors
status stet verify --policy witnesses --json
# the same key cannot stand for both
status stet check all.note --policy witnesses --auditors witnesses # cosign-other-name
# a policy that is none
sed '$d' witnesses >short.policy
status stet check all.note --policy short.policy # quorum-malformed
status stet check all.note --policy nothing-here
echo "quorum none" >none
status stet check bare.note --key "$log" --policy none
# the ledger went on: nobody has signed that yet
record2() { stet record 10.1234/b --title 'Another' --publisher 'Test Press' --submitted 2026-06-30 >/dev/null; }
record2
status stet verify --policy witnesses # quorum-not-met
status stet verify 10.1234/a --policy witnesses
# a copy that was touched is not signed by its auditor
echo content >paper
stet artifact 10.1234/a report=paper >/dev/null
cp -r .stet touched
echo another >"$(echo touched/artifacts/*/*)"
status by a1 -C touched --auditor -q # cosign-not-intact
status by a1 bare.note -C .stet --auditor -q
status by a1 --auditor -q | wc -l
# a line that was altered where it is kept
by w1 | stet checkpoint add-cosignature - --policy witnesses
sed -i 's/\(w1.example .\{20\}\)./\1A/' .stet/checkpoint
status stet verify | head -n 1
sed -i 's/+/-/' .stet/cosigners
status stet verify | head -n 1
