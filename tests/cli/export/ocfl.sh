# shellcheck shell=bash
# How long pages are, and their digests, is for their own tests.
sizes() {
	sed -E 's/[0-9,]+ bytes/N bytes/; s/"bytes":[0-9]+/"bytes":N/; s/(begins with) [0-9a-f]{16}, not [0-9a-f]{16}/\1 one, not another/'
}
{
# Records as OCFL objects: written, run again, gone on with; what is not gone on with. By the rules of
# OCFL, and with what the other exports write, exports/ocfl judges what is written.

# tree FOLDER: every file with its digest.
tree() {
	(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
}
# same FOLDER: whether it is as it was when 'tree FOLDER >before' ran.
same() {
	tree "$1" | diff before - >/dev/null && echo 'as it was' || echo "'$1' IS ANOTHER"
}
# of NAME: the folder of its object.
of() {
	dirname "$(grep -l "\"id\": \"https://test.example/ledger#$1\"" root/*/*/*/*/inventory.json)"
}

ledger --organisation 'Test Press' --contact desk@press.example
key=$(stet checkpoint show --vkey)
record --alias pmid:1234
stet record 10.1234/b --title 'A second record' >/dev/null
echo content >paper.pdf
stet artifact 10.1234/a report=paper.pdf >/dev/null
# content that stays out: hidden by its digest, withheld
echo 'names of patients' >patients.csv
(head -c 32 /dev/zero && cat patients.csv) >salted
blinded=$(sha256sum salted | cut -d' ' -f1)
mkdir -p ".stet/artifacts/${blinded:0:2}" && cp salted ".stet/artifacts/${blinded:0:2}/${blinded:2}"
stet append - >/dev/null <<-END
	{"type":"artifact","subject":"doi:10.1234/a","role":"evidence","media_type":"text/csv","size":18,"blinded":"$blinded"}
	END
echo 'taken down' >down.txt
stet artifact 10.1234/a evidence=down.txt >/dev/null
down=$(sha256sum <down.txt | cut -d' ' -f1)

status stet export ocfl --all -o root
find root -type f | LC_ALL=C sort
a=$(of doi:10.1234/a)
cat root/0=* root/ocfl_layout.json root/extensions/*/config.json "$a/v1/content/record.json"
sed -n '/"versions"/,/"state"/p' "$a/inventory.json"
(cd "$a" && sed 's/ /  /' inventory.json.sha512 | sha512sum -c --strict --quiet && echo 'sha512sum: the sidecar fits')
status stet check root --key "$key"
tree root >before

echo 'nothing new, by whichever name, and a checkpoint more is nothing new'
status stet export ocfl --all -o root && same root
status stet export ocfl pmid:1234 10.1234/a -o root/ && same root
stet record 10.1234/c --title 'A third record' >/dev/null
later 3600
status stet export ocfl 10.1234/a 10.1234/b -o root && same root
cp -r root root-1

echo 'more to say: of one record, of a new one'
stet retract 10.1234/a --notice 10.1234/n --decided-by publisher:'Test Press' >/dev/null
status stet export ocfl --all -o root
diff -rq root-1 root
status stet check root --key "$key"
(umask 077 && TZ=Asia/Tokyo status stet export ocfl --all -o root-1 -q)
diff -r root root-1 && echo 'the same by another hand'
find root-1 ! -perm -444 | head -n 3

echo 'withheld: not in the new version, and still in the ones before'
stet withhold 10.1234/a --sha256 "$down" --ground 'court order' >/dev/null
status stet export ocfl --all -o root
grep -c "${down:2}" "$a/v3/inventory.json" # in v1 and in v2, and stored once
find root -name "${down:2}"
status stet export ocfl --all -o root --json

echo 'held since, lost since: a version each'
echo 'more evidence' >more.txt
stet artifact 10.1234/b evidence=more.txt >/dev/null
more=$(sha256sum <more.txt | cut -d' ' -f1)
mv ".stet/artifacts/${more:0:2}/${more:2}" kept
status stet export ocfl 10.1234/b -o root
mv kept ".stet/artifacts/${more:0:2}/${more:2}"
status stet export ocfl 10.1234/b -o root
echo 'rotten' >".stet/artifacts/${more:0:2}/${more:2}"
status stet export ocfl 10.1234/b -o root-1 # artifact-altered
cp more.txt ".stet/artifacts/${more:0:2}/${more:2}"
status stet check root --key "$key"

echo 'what was altered is left alone, and the others go on'
stet correct 10.1234/a --set title='Another' --note n --notice none >/dev/null
stet correct 10.1234/b --set title='Another' --note n --notice none >/dev/null
cp -r root whole
echo >>"$a/v1/content/report.html"
status stet export ocfl --all -o root
rm -r root && cp -r whole root
rm "$a/v2/content/report.html"
status stet export ocfl 10.1234/a -o root
rm -r root && cp -r whole root
echo >>"$a/inventory.json"
status stet export ocfl 10.1234/a -o root
rm -r root && cp -r whole root
mkdir "$a/v4"
status stet export ocfl 10.1234/a -o root
rm -r root && cp -r whole root
rm -r "$a" && echo >"$a"
status stet export ocfl 10.1234/a -o root

echo 'another ledger: an older copy, one of the same name'
rm -r root && cp -r whole root
stet export ocfl --all -o root -q | sed 's/, [0-9]* files.*//'
cp -r .stet newer
tree root >before
stet backup older >/dev/null
stet record 10.1234/d --title 'Later' >/dev/null
stet retract 10.1234/b --notice 10.1234/n --decided-by publisher:'Test Press' >/dev/null
stet export ocfl --all -o root -q | sed 's/, [0-9]* files.*//'
tree root >before
status stet export ocfl --all -o root -C older --no-remember && same root # ocfl-newer
later 1
mkdir other && (
	XDG_CONFIG_HOME=$PWD/other/config
	export XDG_CONFIG_HOME
	stet init -C other/ledger --origin test.example/ledger -q >/dev/null
	stet record -C other/ledger 10.1234/a --title 'Of another' >/dev/null
	status stet export ocfl --all -C other/ledger -o root
) && same root # ocfl-object

echo 'no root to add to'
mkdir full && echo x >full/file
status stet export ocfl --all -o full # ocfl-root
ls full
status stet export ocfl --all -o paper.pdf
cat paper.pdf
status stet export ocfl --all -o no/such/folder
cp -r root flat && sed -i s/0003-hash-and-id/0004-hashed/ flat/ocfl_layout.json
status stet export ocfl --all -o flat
cp -r root old && mv old/0=ocfl_1.1 old/0=ocfl_1.0
status stet export ocfl --all -o old
status stet export ocfl --all -o "$a"

echo 'between the objects of others'
mkdir theirs
status stet export ocfl 10.1234/b -o theirs -q
tar --zstd -xf "$DATA/ocfl/ocfl-fixtures.tar.zst" 1.1/good-objects/spec-ex-full
place=theirs/$(printf 'ark:/12345/bcd987' | sha256sum | sed -E 's,^(...)(...)(...).*,\1/\2/\3,')
mkdir -p "$place" && cp -r 1.1/good-objects/spec-ex-full "$place/ark%3a%2f12345%2fbcd987"
status stet export ocfl --all -o theirs -q
status stet check theirs --key "$key"

echo 'one at a time'
status flock root stet export ocfl --all -o root # busy

echo 'what is wrong on the line, or not there'
tree root >before
status stet export ocfl 10.1234/a --all -o root
status stet export ocfl --all
status stet export ocfl -o root
status stet export ocfl 10.1234/b 10.1234/nobody -o root
status stet export ocfl 10.1234/nobody -o new
status stet export ocfl 10.1234/a not-an-id -o root
same root
ls
} 2> >(sizes >&2) | sizes
