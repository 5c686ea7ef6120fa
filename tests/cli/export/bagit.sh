# shellcheck shell=bash
# How long the pages are that every bag has is for their own tests.
sizes() {
	sed -E 's/[0-9,]+ files, [0-9,]+ bytes/N files, N bytes/; s/"files":[0-9]+,"bytes":[0-9]+/"files":N,"bytes":N/
		s/(Payload-Oxum(: |","))[0-9.]+/\1N/; s/^files: +[0-9]+/files: N/'
}
{
ledger --organisation 'Test Press' --contact desk@test.example
record
echo content >paper.pdf
stet artifact 10.1234/a report=paper.pdf >/dev/null
stet retract 10.1234/a --notice 10.1234/n --decided-by publisher:'Test Press' >/dev/null
key=$(stet checkpoint show --vkey)
stet export bagit --all -o trail
(cd trail && find . -type f | LC_ALL=C sort | grep -v schemas/)
cat trail/bag-info.txt
sed -n 1,12p trail/data/VERIFY.txt
# with what every archive has
(cd trail && sha512sum -c --strict --quiet manifest-sha512.txt tagmanifest-sha512.txt && echo 'sha512sum: all as listed')
status python3 -I -S trail/data/verify.py --key "$key"
status stet check trail --key "$key"
status stet check trail
status stet check trail --key "$key" --json

# the same state, the same bytes, whoever makes it, where and when
mkdir again
later 86400
(umask 077 && TZ=Asia/Tokyo LC_ALL=C stet export bagit --all -o again/trail -q)
diff -r trail again/trail && echo 'the same folder'
(cd trail && find . -printf '%p %m %T@\n' | LC_ALL=C sort) >one
(cd again/trail && find . -printf '%p %m %T@\n' | LC_ALL=C sort) >two
cmp one two && echo 'and modes and times'
for kind in tar tar.zst zip; do
	stet export bagit --all -o "trail.$kind" -q >/dev/null
	(umask 027 && TZ=America/New_York LC_ALL=C stet export bagit --all -o "again/trail.$kind" -q >/dev/null)
	cmp "trail.$kind" "again/trail.$kind" && echo "the same $kind"
	status stet check "trail.$kind" --key "$key"
done
mkdir unpacked && tar -C unpacked -xf trail.tar && diff -r trail unpacked/trail && echo 'the same as the folder'

# manifests for those who ask for others
stet export bagit --all -o legacy --also-manifest md5 --also-manifest sha1 --also-manifest sha256 --json
(cd legacy && md5sum -c --strict --quiet manifest-md5.txt tagmanifest-md5.txt && sha1sum -c --strict --quiet manifest-sha1.txt && sha256sum -c --strict --quiet manifest-sha256.txt && echo 'all four')

# what is wrong on the line, or there already
status stet export bagit -o x
status stet export bagit --all
status stet export bagit --all -o x --also-manifest crc32
status stet export bagit --all -o trail
mkdir x.tar && status stet export bagit --all -o x.tar
status stet export bagit --all -o nowhere/x
ls
} | sizes
