# shellcheck shell=bash
# A bag of named records whose manifests were made to fit what was changed: the proofs tell.
{
ledger
record
stet record 10.1234/b --title 'A second record' >/dev/null
stet export bagit 10.1234/a 10.1234/b -o older -q >/dev/null
echo content >paper.pdf
stet artifact 10.1234/a report=paper.pdf >/dev/null
stet retract 10.1234/a --notice 10.1234/n --decided-by publisher:'Test Press' >/dev/null
key=$(stet checkpoint show --vkey)
stet export bagit 10.1234/a 10.1234/b -o good -q >/dev/null
stet export bagit 10.1234/a -o alone -q >/dev/null
folders=(good/data/records/*)
a=trail${folders[0]#good} b=trail${folders[1]#good} ledger=trail/data/ledger
again() { rm -rf trail && cp -r good trail; }
fit() {
	(cd trail && find data -type f | LC_ALL=C sort | xargs sha512sum >manifest-sha512.txt &&
		rm -f tagmanifest-sha512.txt && sed -i '/^Payload-Oxum/d' bag-info.txt)
	echo "$1"
	stet check trail --key "$key" 2>&1 | tail -n 1
	[ -z "${2-}" ] || again
}
both() { # the program in the bag agrees, as far as it looks
	fit "$1"
	python3 -I -S trail/data/verify.py --key "$key" | tail -n 1
	again
}
drop_last() { # of a CBOR sequence of entries: the seal
	python3 -I -S -B - "$1" <<-END
		import sys
		sys.path.insert(0, "good/data")
		import stet_reference as stet
		path = sys.argv[1]
		data, parts = open(path, "rb").read(), []
		while data:
		    parts.append(stet.decode_first(data[:70000], 0))
		    data = data[len(parts[-1]):]
		del parts[-2]
		open(path, "wb").write(b"".join(parts))
	END
}
again
drop_last $ledger/entries.cborseq && both 'one entry left out: the retraction'
LC_ALL=C sed -i 's/A first record/A worst record/' $ledger/entries.cborseq && fit 'an entry altered' again
cp "$b/record.stet-proof" "$a/record.stet-proof" && both 'the proof of another record'
cp "older${a#trail}/record.stet-proof" "$a/" && both 'a proof of an older moment'
cp alone/data/ledger/records.stet-proof $ledger/ && both 'fewer entries than the proofs show'
rm -r "$b" && sed -i '/^    },$/,/^    }$/{/^    },$/d;/^    }$/!d}' trail/data/records.json && fit 'a record left out of the list' again
rm "$a/record.stet-proof" && fit 'a proof left out' again
rm $ledger/records.stet-proof && fit 'the proof of all left out' again
rm trail/data/records.json && fit 'the list left out' again
echo '[' >trail/data/records.json && fit 'no list at all' again
printf 'x' | dd of="$a/record.stet-proof" bs=1 seek=1000 conv=notrunc status=none && fit 'a byte of a proof' again
sed -i 's/retracted/not retracted/' "$a/report.html" && both 'the report edited'
sed -i 's/A first record/A worst record/' $ledger/entries.jsonl && fit 'the readable copy altered' again
cp older/data/ledger/checkpoint.txt $ledger/ && fit 'an older checkpoint' again
echo other >"$(find trail/data/artifacts -type f)" && fit 'other content under the name of an artifact' again
rm -r trail/data/artifacts && fit 'an artifact left out' again
# by another version only the proofs can tell
sed -i 's/^Bag-Software-Agent: .*/Bag-Software-Agent: stet 9.9/' trail/bag-info.txt
rm trail/tagmanifest-sha512.txt
stet check trail --key "$key" | tail -n 1
sed -i 's/^Bag-Software-Agent: .*/Bag-Software-Agent: stet 9.9/' trail/bag-info.txt
drop_last $ledger/entries.cborseq && fit 'another version, and an entry left out' again
# a ledger of the same name with another key
stet init -C other --origin test.example/ledger -q >/dev/null 2>&1
status stet check good --key "$(stet checkpoint show --vkey -C other)" | tail -n 2
}
