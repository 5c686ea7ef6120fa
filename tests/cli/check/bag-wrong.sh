# shellcheck shell=bash
# What can be wrong with a bag, one thing each.
verdict() {
	echo "$1: $(stet check "$2" 2>&1 | tail -n 1)"
}
manifest() { (cd "$1" && find data -type f | LC_ALL=C sort | xargs sha512sum >manifest-sha512.txt); }
bag() {
	rm -rf "$1" && mkdir -p "$1/data"
	printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' >"$1/bagit.txt"
	echo hello >"$1/data/hello"
	manifest "$1"
}
bag b
status stet check b
status stet check b --json

bag b && mkfifo b/data/pipe && verdict bag-not-a-file b
bag b && ln -s /etc/passwd b/data/passwd && verdict bag-not-a-file b
bag b && ln -s / b/data/root && verdict bag-not-a-file b
bag b && mv b/data b/elsewhere && ln -s elsewhere b/data && verdict bag-not-a-file b
bag b && echo x >b/data/README && echo x >b/data/readme && manifest b && verdict bag-name-collision b
bag b && echo x >"b/data/N"$'\xc3\xba'"nez" && echo x >"b/data/N"$'u\xcc\x81'"nez" && manifest b && verdict bag-name-collision b
bag b && echo 'Payload-Oxum: 7.1' >b/bag-info.txt && verdict bag-oxum b
bag b && printf 'Payload-Oxum:\n  6.1\n' >b/bag-info.txt && verdict 'folded' b
bag b && echo 'no label' >b/bag-info.txt && verdict bag-tag-file b
bag b && printf 'A: \xff\n' >b/bag-info.txt && verdict bag-tag-file b
bag b && echo 'http://x.example/a - data/a' >b/fetch.txt && verdict bag-fetch b
bag b && echo 'http://x.example/a - data/hello' >b/fetch.txt && verdict 'fetched already' b
bag b && echo 'http://x.example/a' >b/fetch.txt && verdict bag-tag-file b
bag b && echo x >b/data/extra && verdict bag-file-extra b
bag b && rm b/data/hello && verdict bag-file-missing b
bag b && rm -r b/data && verdict bag-file-missing b
bag b && echo x >>b/data/hello && verdict bag-digest b
bag b && (cd b && sha256sum data/hello >manifest-sha256.txt && echo x >data/x) && manifest b && verdict bag-not-in-all b
bag b && cat b/manifest-sha512.txt b/manifest-sha512.txt >m && mv m b/manifest-sha512.txt && verdict bag-listed-twice b
bag b && rm b/manifest-sha512.txt && verdict bag-manifest b
bag b && echo zz >>b/manifest-sha512.txt && verdict bag-manifest b
bag b && mv b/manifest-sha512.txt b/manifest-sha3.txt && status stet check b
bag b && echo x >b/manifest-sha3.txt && verdict bag-algorithm b
bag b && printf '\xef\xbb\xbf' | cat - b/bagit.txt >m && mv m b/bagit.txt && verdict bag-declaration b
bag b && echo 'Third: line' >>b/bagit.txt && verdict bag-declaration b
bag b && sed -i 's/1.0/2.0/' b/bagit.txt && status stet check b
bag b && sed -i 's/UTF-8/EBCDIC/' b/bagit.txt && status stet check b
bag b && sed 's|data/hello|data/../../secret|' b/manifest-sha512.txt >m && cat m >>b/manifest-sha512.txt && verdict bag-path-unsafe b

# the same in archives, and what only archives can have
bag b && tar -cf good.tar b && verdict 'tar' good.tar
(cd b && tar -cf ../flat.tar ./*) && verdict 'no folder' flat.tar
gzip -k good.tar && verdict gzip good.tar.gz
xz -k good.tar && verdict xz good.tar.xz
head -c 3000 good.tar >cut.tar && verdict package-unreadable cut.tar
tar -cf up.tar b && tar -rPf up.tar --transform 's|^b/data/hello|b/../up|' b/data/hello && verdict bag-path-unsafe up.tar
tar -cf root.tar b && tar -rPf root.tar --transform 's|^b/data/hello|/tmp/up|' b/data/hello && verdict bag-path-unsafe root.tar
tar -cf twice.tar b b/data/hello && tar -rf twice.tar b/data/hello && verdict bag-listed-twice twice.tar
bag b && ln b/data/hello b/data/same && manifest b && tar -cf hard.tar b && verdict bag-not-a-file hard.tar

# no package at all
mkdir empty && status stet check empty
mkdir empty/data && touch empty/manifest- && status stet check empty
echo "PK$(printf '\003\004')" >fake.zip && status stet check fake.zip
status stet check nowhere
