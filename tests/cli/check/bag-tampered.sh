# shellcheck shell=bash
# A bag of a ledger whose manifests were made to fit what was changed: the entries tell.
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
key=$(stet checkpoint show --vkey)
stet export bagit --all -o trail -q >/dev/null
fit() { # makes the manifests fit
	(cd trail && find data -type f | LC_ALL=C sort | xargs sha512sum >manifest-sha512.txt &&
		rm -f tagmanifest-sha512.txt && sed -i '/^Payload-Oxum/d' bag-info.txt)
}
both() {
	fit
	echo "$1"
	stet check trail --key "$key" 2>&1 | tail -n 1
	python3 -I -S trail/data/verify.py --key "$key" | tail -n 1
}
again() { rm -rf trail && stet export bagit --all -o trail -q >/dev/null; }

LC_ALL=C sed -i 's/A first record/A worst record/' trail/data/ledger/entries.cborseq
both 'an entry altered'
again
head -c -1 trail/data/ledger/entries.cborseq >cut.new && cp cut.new trail/data/ledger/entries.cborseq
both 'the last byte gone'
again
stet checkpoint show >old.note
stet retract 10.1234/a --notice 10.1234/n --decided-by publisher:'Test Press' >/dev/null
stet export cborseq >more.new && cp more.new trail/data/ledger/entries.cborseq
both 'more entries than the checkpoint has'
again
cp old.note trail/data/ledger/checkpoint.txt
both 'an older checkpoint: the retraction would not be covered'
again
sed -i 's/^— \(.*\) .....*/— \1 AAAA/' trail/data/ledger/checkpoint.txt
both 'a forged signature'
again
artifact=$(cd trail && ls data/artifacts/*/*)
echo other >"trail/$artifact"
both 'other content under the name of an artifact'
again
mkdir -p trail/data/artifacts/ab && echo stray >"trail/data/artifacts/ab/$(printf '%062d' 0)"
both 'an artifact that nobody named'
again
sed -i 's/A first record/A worst record/' trail/data/ledger/entries.jsonl
both 'the readable copy altered'
again
sed -i '$d' trail/data/ledger/entries.jsonl
both 'the readable copy shortened'
again
sed -i 's/A first record/A worst record/' trail/data/index/records.html
both 'the index page altered'
again
printf 'import sys\nprint("yes: by the key you gave")\n' >trail/data/verify.py
both 'a verifier that always says yes'
again
echo 'nothing to see' >trail/data/extra.txt
both 'a file more'
sed -i 's/^Bag-Software-Agent: .*/Bag-Software-Agent: stet 9.9/' trail/bag-info.txt
status stet check trail --key "$key" # bag-rendering, as a warning
} | sizes
