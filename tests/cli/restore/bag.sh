# shellcheck shell=bash
# How long the pages are that every bag has is for their own tests.
sizes() {
	sed -E 's/[0-9,]+ files, [0-9,]+ bytes/N files, N bytes/; s/"files":[0-9]+,"bytes":[0-9]+/"files":N,"bytes":N/
		s/(Payload-Oxum(: |","))[0-9.]+/\1N/; s/^files: +[0-9]+/files: N/'
}
{
ledger
record
echo content >paper.pdf
stet artifact 10.1234/a report=paper.pdf >/dev/null
for kind in .tar .tar.zst .zip ''; do
	stet export bagit --all -o "trail$kind" >/dev/null
	stet restore "trail$kind" "restored$kind" -q
	cmp .stet/checkpoint "restored$kind/checkpoint" && echo 'the same checkpoint'
	stet verify -C "restored$kind"
done
stet restore trail going-on --key .stet/keys/ledger.key
stet record 10.1234/b --title 'Going on' -C going-on

status stet restore trail trail
status stet restore trail x --artifacts .stet/artifacts
echo x >>trail/data/ledger/keys.json
status stet restore trail x # bag-digest, bag-oxum
stet export bagit --all --no-remember -o some >/dev/null # going-on has gone on
sed -i 's/^Stet-Content: .*/Stet-Content: some records/' some/bag-info.txt
rm some/tagmanifest-sha512.txt
status stet restore some x # package-partial
tar --zstd -xf "$DATA/bagit/bagit-conformance-suite.tar.zst" v1.0/valid
status stet restore v1.0/valid/basicBag x
head -c 20000 trail.zip >cut.zip
status stet restore cut.zip x # package-unreadable
ls
} | sizes
