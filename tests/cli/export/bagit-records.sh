# shellcheck shell=bash
# A bag of named records: nothing else in it, all of theirs, and it can be checked with no ledger.
# How long the pages are that every bag has is for their own tests.
sizes() {
	sed -E 's/[0-9,]+ files, [0-9,]+ bytes/N files, N bytes/; s/"files":[0-9]+,"bytes":[0-9]+/"files":N,"bytes":N/
		s/(Payload-Oxum(: |","))[0-9.]+/\1N/; s/^files: +[0-9]+/files: N/'
}
{
ledger --organisation 'Test Press'
record --alias pmid:1234
stet record 10.1234/b --title 'A second record' >/dev/null
stet record 10.1234/c --title 'A third record' >/dev/null
echo content >paper.pdf
stet artifact 10.1234/a report=paper.pdf >/dev/null
echo 'of b' >b.txt
stet artifact 10.1234/b report=b.txt >/dev/null
# content that stays out: hidden by its digest, withheld, not held here
echo 'names of patients' >patients.csv
(head -c 32 /dev/zero && cat patients.csv) >salted
blinded=$(sha256sum salted | cut -d' ' -f1)
mkdir -p ".stet/artifacts/${blinded:0:2}" && cp salted ".stet/artifacts/${blinded:0:2}/${blinded:2}"
stet append - >/dev/null <<-END
	{"type":"artifact","subject":"doi:10.1234/a","role":"evidence","media_type":"text/csv","size":18,"blinded":"$blinded"}
	END
echo 'taken down' >down.txt
stet artifact 10.1234/a evidence=down.txt >/dev/null
stet withhold 10.1234/a --sha256 "$(sha256sum <down.txt | cut -d' ' -f1)" --ground 'court order' >/dev/null
stet retract 10.1234/a --notice 10.1234/n --decided-by publisher:'Test Press' >/dev/null
key=$(stet checkpoint show --vkey)
stet export bagit 10.1234/a -o one
(cd one && find . -type f | LC_ALL=C sort | grep -v schemas/)
cat one/bag-info.txt one/data/records.json
sed -n '1,/^It follows/p' one/data/VERIFY.txt
cut -d, -f1-4 one/data/history.csv
(cd one && sha512sum -c --strict --quiet manifest-sha512.txt tagmanifest-sha512.txt && echo 'sha512sum: all as listed')
status python3 -I -S one/data/verify.py --key "$key"
status stet check one --key "$key"
status stet check one
status stet check one --key "$key" --json
# each proof by itself, by stet and by what lies in the bag
proof=$(echo one/data/records/*/record.stet-proof)
stet check "$proof" --key "$key" | tail -n 1
status python3 -I -S one/data/stet_proof.py "$proof" --vkey "$key" | tail -n 2
# the report is that of the export, and needs nothing beside itself
grep -c 'retracted' one/data/records/*/report.html >/dev/null && echo 'the report tells of it'
grep -Eo '(src|href)="[a-z]+:[^"]*"' one/data/records/*/report.html | grep -v '"data:' | sort -u

# the first page leads to the report and nowhere else than to files of the bag
for page in index.html index/records.html index/findings.html; do
	(cd "one/data/$(dirname "$page")" && grep -Eo '(src|href)="[^"]*"' "$(basename "$page")" | sed 's/.*="//; s/"$//' | grep -v '^data:' | while read -r link; do
		[ -f "$link" ] && echo "$page leads to $link"
	done)
	python3 -I -S -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "one/data/$page"
done

# the same bag by whichever name, order and clock, as folder and archive
later 86400
for kind in '' .tar .tar.zst .zip; do
	mkdir -p "1$kind" "2$kind"
	stet export bagit 10.1234/b 10.1234/a -o "1$kind/bag$kind" -q >/dev/null
	(umask 077 && TZ=Asia/Tokyo stet export bagit pmid:1234 10.1234/b 10.1234/a -o "2$kind/bag$kind" -q >/dev/null)
	diff -r "1$kind" "2$kind" && echo "the same bag$kind"
	stet check "1$kind/bag$kind" --key "$key" | tail -n 1
done
stet export bagit 10.1234/a 10.1234/b -o two --json
python3 -I -S two/data/verify.py --key "$key" | grep record:

# what is wrong on the line, or not there
status stet export bagit 10.1234/a --all -o x
status stet export bagit 10.1234/nobody -o x
status stet export bagit 10.1234/a not-an-id -o x
status stet export bagit 10.1234/a -o two
status stet restore one x # package-partial
ls
} | sizes
