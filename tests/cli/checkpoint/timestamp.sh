# shellcheck shell=bash
# RFC 3161: asked, answered by an authority of openssl's, kept, and checked by us and by openssl.
ledger
tsa=$CLI/../support/tsa
mkdir tsa && "$tsa" make "$PWD/tsa"
# what differs from run to run: times, serial numbers, digests
steady() { sed -E 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/TIME/g; s/-[0-9a-f]{16}\.tst/-DIGEST.tst/g'; }
answer() { "$tsa" stamp "$PWD/tsa" "$1" "$PWD/$2" "$PWD/$3"; }
status stet checkpoint timestamp-request --hash md5 -o head.tsq
stet checkpoint timestamp-request -o head.tsq
stet checkpoint timestamp-request --hash sha256 >head256.tsq
# the very bytes that openssl makes
stet checkpoint | head -n 3 >text
openssl ts -query -config tsa/cnf -data text -sha512 -cert -no_nonce 2>/dev/null | cmp - head.tsq
openssl ts -query -config tsa/cnf -data text -sha256 -cert -no_nonce 2>/dev/null | cmp - head256.tsq
answer good head.tsq head.tsr
answer good head256.tsq head256.tsr
answer alien head.tsq alien.tsr
status stet checkpoint add-timestamp head.tsr
status stet checkpoint add-timestamp head.tsr --tsa-ca nothing-here
status stet checkpoint add-timestamp head.tsr --tsa-ca text # tsa-ca-malformed
status stet checkpoint add-timestamp nothing-here --tsa-ca tsa/ca.pem
status stet checkpoint add-timestamp text --tsa-ca tsa/ca.pem # timestamp-malformed
status stet checkpoint add-timestamp alien.tsr --tsa-ca tsa/ca.pem # timestamp-unknown
status stet verify -q --tsa-ca tsa/ca.pem
[ ! -e .stet/timestamps ] || echo KEPT
stet checkpoint add-timestamp head.tsr --tsa-ca tsa/ca.pem | steady
stet checkpoint add-timestamp head.tsr --tsa-ca tsa/ca.pem | steady
# the ledger goes on; an answer that comes late is of the older checkpoint
record
stet checkpoint add-timestamp head256.tsr --tsa-ca tsa/ca.pem | steady
stet checkpoint timestamp-request -o new.tsq
answer alien new.tsq new.tsr
stet checkpoint add-timestamp - --tsa-ca tsa/other.pem <new.tsr | steady
find .stet/timestamps -type f -printf '%f\n' | steady | sort
stet verify -q --tsa-ca tsa/ca.pem | steady
status stet verify -q
status stet verify -q --tsa-ca tsa/plain.pem | steady
# openssl alone, with the checkpoint
stet checkpoint | head -n 3 >text
openssl ts -verify -data text -in .stet/timestamps/6-*.tst -token_in -CAfile tsa/other.pem 2>/dev/null
# evidence beside which one is given: anything that has origin, size and root
stet checkpoint >head.note
vkey=$(stet checkpoint --vkey)
stet prove 10.1234/a -o a.stet-proof
for file in head.note a.stet-proof; do
	status stet check "$file" --key "$vkey" --timestamp new.tsr --tsa-ca tsa/other.pem | tail -n 4 | steady
done
status stet check head.note --timestamp new.tsr --tsa-ca tsa/other.pem | tail -n 2
status stet check head.note --key "$vkey" --timestamp new.tsr --tsa-ca tsa/ca.pem | tail -n 2
status stet check head.note --key "$vkey" --timestamp new.tsr | tail -n 2
status stet check head.note --key "$vkey" --timestamp head.tsr --tsa-ca tsa/ca.pem | tail -n 2 # timestamp-other
status stet check head.note --key "$vkey" --tsa-ca tsa/ca.pem
# a bag and a backup have them
stet export bagit --all -o bag -q >/dev/null
(cd bag && sha512sum -c --quiet manifest-sha512.txt)
status stet check bag --key "$vkey" --tsa-ca tsa/ca.pem | grep -v payload | steady
status stet check bag --key "$vkey" --tsa-ca tsa/plain.pem | tail -n 2
sed -n '/^The folder ledger.timestamps/,/--tsa-ca/p' bag/data/VERIFY.txt
stet backup copy -q
stet verify -q -C copy --tsa-ca tsa/ca.pem | steady | grep -c stamped
stet restore bag again -q >/dev/null
stet verify -q -C again --tsa-ca tsa/ca.pem | steady | grep -c stamped
# one that was altered, one of another ledger's name, one of entries that are not here
cd .stet/timestamps || exit
for file in 6-*.tst; do cp "$file" "$SCRATCH/tmp/kept"; printf 'X' | dd of="$file" bs=1 seek=300 conv=notrunc status=none; done
status stet verify -q -C .. | head -n 1 | steady # timestamp-wrong
cp "$SCRATCH/tmp/kept" 6-*.tst
for file in 6-*.tst; do mv "$file" "4${file#6}"; done
status stet verify -q -C .. | head -n 1 | steady # timestamp-other
for file in 4-*.tst; do [ "$(wc -c <"$file")" = "$(wc -c <"$SCRATCH/tmp/kept")" ] && cmp -s "$file" "$SCRATCH/tmp/kept" && mv "$file" "60${file#4}"; done
status stet verify -q -C .. | head -n 1 | steady # rolled-back
