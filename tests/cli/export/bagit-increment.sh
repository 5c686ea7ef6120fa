# shellcheck shell=bash
# A bag of everything, and what was added since, twice: each goes on from the one before, together
# they are the ledger, and what does not fit is told.
tell() { # WHAT COMMAND...: the last line and the status
	local status=0
	echo "$1"
	shift
	"$@" >told 2>&1 || status=$?
	tail -n 1 told
	echo "exit $status"
}
verify() { # WHAT BAG: the program in the bag
	tell "$1" python3 -I -S "$2/data/verify.py" --key "$key"
}
fit() { # BAG: makes the manifests fit
	(cd "$1" && find data -type f | LC_ALL=C sort | xargs sha512sum >manifest-sha512.txt &&
		rm -f tagmanifest-sha512.txt && sed -i '/^Payload-Oxum/d' bag-info.txt)
}
ledger
record
echo content >paper.pdf
stet artifact 10.1234/a report=paper.pdf >/dev/null
key=$(stet checkpoint show --vkey)
stet export bagit --all -o year1 -q >/dev/null
stet checkpoint show >year1.note
tell 'nothing new' stet export bagit --all --since year1 -o none
stet record 10.1234/b --title 'A second record' >/dev/null
echo 'more content' >more.pdf
stet artifact 10.1234/b report=more.pdf >/dev/null
stet artifact 10.1234/b evidence=paper.pdf >/dev/null # has been in a bag already
stet export bagit --all --since year1 -o year2.tar.zst | sed 's/: .* bytes/: N files, N bytes/'
stet retract 10.1234/a --notice 10.1234/n --decided-by publisher:'Test Press' >/dev/null
stet export bagit --all --since year2.tar.zst -o year3 -q | sed 's/: .* bytes/: N files, N bytes/'
(cd year3 && find data -type f | grep -v format/ | LC_ALL=C sort && cat data/ledger/consistency.json && grep Stet- bag-info.txt)
tar --zstd -xf year2.tar.zst
(cd year2 && find data/artifacts -type f && sha512sum -c --strict --quiet manifest-sha512.txt tagmanifest-sha512.txt && echo 'sha512sum: all as listed')

# the same by a checkpoint, and whoever makes it
later 86400
(umask 077 && stet export bagit --all --since year2.tar.zst -o again -q >/dev/null) && diff -r year3 again && echo 'the same increment'
tell 'joined' stet check year2.tar.zst --after year1 --key "$key" --no-remember
stet check year3 --after year1 --after year2.tar.zst --key "$key" | sed 's/files, .* bytes/files, N bytes/'
tell 'by a key that nobody knows' stet check year3 --after year1 --after year2
tell 'after a checkpoint' stet check year2 --after year1.note --key "$key" --no-remember
tell 'alone' stet check year3 --key "$key"
verify 'alone, by the program in it' year3
verify 'the first' year1
stet restore year1 year2.tar.zst year3 restored -q && cmp .stet/checkpoint restored/checkpoint && stet verify -C restored | tail -n 1
find restored/artifacts -type f | wc -l

# what does not fit
tell 'a gap' stet check year3 --after year1 --key "$key"
tell 'an overlap' stet check year2 --after year1 --after year2 --key "$key"
tell 'another checkpoint' stet check year3 --after year1.note --key "$key"
tell 'not the whole one first' stet check year3 --after year2 --key "$key"
tell 'after what is not there' stet check year2 --after nowhere --key "$key"
tell 'after nothing' stet check year1 --after year2 --key "$key"
tell 'restore: a gap' stet restore year1 year3 x
tell 'restore: alone' stet restore year2 x
tell 'restore: twice' stet restore year1 year1 x
(mkdir other && cd other && ledger --organisation 'Somebody else' 2>/dev/null && record && stet record 10.1234/b --title Theirs >/dev/null && stet export bagit --all -o theirs -q >/dev/null)
tell 'of another ledger' stet check year2 --after other/theirs --key "$key"
cp -r year1 base && sed -i 's/A first record/A worst record/' base/data/ledger/entries.cborseq && fit base
tell 'the base altered' stet check year2 --after base --key "$key"
enemy() { # WHAT: of the second year, altered, with manifests that fit
	fit year2
	tell "$1, joined" stet check year2 --after year1 --key "$key"
	[ -z "${2-}" ] || verify "$1, by the program in it" year2
	rm -r year2 && tar --zstd -xf year2.tar.zst
}
LC_ALL=C sed -i 's/A second record/A wicked record/' year2/data/ledger/entries.cborseq && enemy 'its first entry altered' too
head -c -400 year2/data/ledger/entries.cborseq >short.new && cp short.new year2/data/ledger/entries.cborseq && enemy 'its end cut off'
sed -i '0,/"[0-9a-f]\{8\}/s//"00000000/' year2/data/ledger/consistency.json && enemy 'another proof' too
cp year3/data/ledger/since.txt year2/data/ledger/ && enemy 'another beginning'
rm year2/data/ledger/consistency.json && enemy 'no proof'
sed -i 's/A second record/A worst record/' year2/data/history.csv && enemy 'the history for readers altered'

tell 'the wrong line' stet export bagit 10.1234/a --since year1 -o x
tell 'no checkpoint' stet export bagit --all --since paper.pdf -o x
tell 'not there' stet export bagit --all --since nowhere -o x
tell 'of another' stet export bagit --all --since other/theirs -o x
tell 'no bag' stet check year1.note --after year1
ls
