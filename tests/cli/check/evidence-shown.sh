# shellcheck shell=bash
# The worked examples of the format: a fork of two sizes, an omission.
python3 - "$CLI/../vectors/format/evidence.json" <<'PYTHON'
import json
import sys

vectors = json.load(open(sys.argv[1]))
for name in ("one_size", "two_sizes", "omission", "two_keys"):
    open(name, "wb").write(bytes.fromhex(vectors[name]))
for number, row in enumerate(vectors["refused"]):
    open("refused.%02d" % number, "wb").write(bytes.fromhex(row["evidence"]))
for name in ("vkey", "vkey_2"):
    open(name, "w").write(vectors[name] + "\n")
PYTHON
status stet check one_size --trust vkey
status stet check two_sizes --trust vkey
status stet check omission --trust vkey
status stet check omission --trust vkey --json
status stet check two_sizes --trust vkey --json
# by another key of that name, by none, by one on each head
status stet check omission --trust vkey_2
status stet check omission --json
status stet check two_keys --trust vkey --trust vkey_2
status stet check two_keys --trust vkey
# what convicts nobody
for file in refused.*; do
	status stet check "$file" --trust vkey --trust vkey_2
done
