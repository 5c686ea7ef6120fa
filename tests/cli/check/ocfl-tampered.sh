# shellcheck shell=bash disable=SC2317  # some functions are called by name
# How long pages are, and their digests, is for their own tests.
sizes() {
	sed -E 's/[0-9,]+ bytes/N bytes/; s/"bytes":[0-9]+/"bytes":N/; s/(begins with) [0-9a-f]{16}, not [0-9a-f]{16}/\1 one, not another/'
}
{
# Records in an OCFL storage root, altered by somebody who makes every digest fit.

# forge OBJECT: digests, sidecars and inventories of an object made to fit its files again.
forge() {
	python3 -I -S - "$1" <<-'END'
		import hashlib, json, os, sys
		top = sys.argv[1]
		names = sorted((n for n in os.listdir(top) if n[0] == "v"), key=lambda n: int(n[1:]))
		with open(os.path.join(top, "inventory.json")) as file:
		    newest = json.load(file)
		new = {}  # by the digest it had
		manifest = {}
		for digest, paths in newest["manifest"].items():
		    paths = [p for p in paths if os.path.exists(os.path.join(top, p))]
		    if paths:
		        with open(os.path.join(top, paths[0]), "rb") as file:
		            new[digest] = hashlib.sha512(file.read()).hexdigest()
		        manifest.setdefault(new[digest], []).extend(paths)
		for version in newest["versions"].values():
		    state = {}
		    for digest, paths in version["state"].items():
		        if digest in new:
		            state.setdefault(new[digest], []).extend(paths)
		    version["state"] = state
		newest["manifest"] = manifest
		for i, name in enumerate(names):
		    here = dict(newest, head=name, versions={n: newest["versions"][n] for n in names[:i + 1]})
		    used = {d for v in here["versions"].values() for d in v["state"]}
		    here["manifest"] = {d: [p for p in manifest[d] if p.split("/")[0] in here["versions"]]
		                        for d in manifest if d in used}
		    text = (json.dumps(here, indent=2) + "\n").encode()
		    for folder in (name, "") if name == names[-1] else (name,):
		        with open(os.path.join(top, folder, "inventory.json"), "wb") as file:
		            file.write(text)
		        with open(os.path.join(top, folder, "inventory.json.sha512"), "w") as file:
		            file.write(hashlib.sha512(text).hexdigest() + " inventory.json\n")
	END
}
# exchange: the contents of two versions.
exchange() {
	(cd v2/content && find . -type f) | while read -r file; do
		mv "v2/content/$file" other
		mv "v1/content/$file" "v2/content/$file"
		mv other "v1/content/$file"
	done
}
# try WHAT COMMAND...: the command in a copy of the object, forged, and what 'check' says of the root.
try() {
	echo "$1"
	shift
	rm -rf root && cp -r whole root
	(cd "$object" && "$@") && forge "$object"
	status stet check root --key "$key" --json >answer
	python3 -I -S -c '
import json, re, sys
answer = json.loads(open("answer").readline())
print("  %s %s" % (answer["verdict"], answer["code"]))
for problem in answer.get("problems", []) + answer.get("warnings", []):
    path = re.sub("^.*%2f[ab]/", "", problem.get("path", ""))
    print("  %s: %s %s" % (problem["code"], path, problem["text"]))'
}

ledger --contact desk@press.example
record
stet record 10.1234/b --title 'A second record' >/dev/null
echo content >paper.pdf
stet artifact 10.1234/a report=paper.pdf >/dev/null
key=$(stet checkpoint show --vkey)
stet export ocfl --all -o root >/dev/null
later 60
stet retract 10.1234/a --notice 10.1234/n --decided-by publisher:'Test Press' >/dev/null
stet export ocfl --all -o root >/dev/null
object=$(dirname root/*/*/*/*/v2)
other=$(dirname "$(grep -l 'doi:10.1234/b"' root/*/*/*/*/inventory.json)")

status stet check root --key "$key"
status stet check root
status stet check "$object" --key "$key"
status stet check "$object" --key "$key" --json
cp -r root whole

digits=$(sha256sum <paper.pdf | cut -c3-64)
try 'nothing' true
try 'a report that says something else' sed -i 's/retracted/withdrawn/' v2/content/report.html
try 'the same of an earlier version' sed -i 's/A first record/A worst record/' v1/content/report.html
try 'where it stands' sed -i 's/retracted/current/' v2/content/standing.json
try 'the entries to read' sed -i 's/Test Press/Other Press/' v2/content/entries.jsonl
try 'the entries' truncate -s -1 v2/content/entries.cborseq
try 'the checkpoint' cp v1/content/ledger/checkpoint.txt v2/content/ledger
try 'the keys' sed -i 's/working/walking/' v1/content/ledger/keys.json
try 'PREMIS' sed -i 's/retract/restrict/' v2/content/premis/events.xml
try 'which moment it is of' sed -i 's/"size": .*/"size": 99,/' v2/content/record.json
try 'who made it' sed -i 's/"made_by": .*/"made_by": "stet 99.0",/' v2/content/record.json
try 'both of it' sh -c 'sed -i "s/\"made_by\": .*/\"made_by\": \"stet 99.0\",/" v2/content/record.json && truncate -s -1 v2/content/entries.cborseq'
try 'content' sh -c "echo other >v1/content/artifacts/43/$digits"
try 'no content' rm -r v1/content/artifacts
try 'a file less' rm v2/content/history.csv
try 'an older proof' cp v1/content/record.stet-proof v2/content
try 'versions in another order' exchange
try 'a proof cut short' truncate -s -1 v2/content/record.stet-proof
try 'a proof of another record' cp "../../../../../$other/v1/content/record.stet-proof" v2/content
try 'a date' sed -i '0,/"created": "2026/s//"created": "2025/' inventory.json
try 'a message' sed -i 's/all that/nearly all that/' inventory.json
try 'another id' sed -i 's,"id": ".*,"id": "https://test.example/ledger#doi:10.1234/c"\,,' inventory.json

echo 'the retraction taken back: its version is gone'
rm -rf root && cp -r whole root
rm -r "$object/v2" && cp "$object"/v1/inventory.json* "$object"
status stet check root --key "$key" # evidence-older: whoever has seen more is told
status stet check root --key "$key" --no-remember
status stet export ocfl --all -o root
diff -r root whole && echo 'and comes again'
find "$TMPDIR" -name "stet-check*"
} 2> >(sizes >&2) | sizes
