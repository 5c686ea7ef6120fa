# shellcheck shell=bash
# That one entry is in the ledger: made with `prove --entry`, judged with no ledger.
ledger
record
stet prove --entry 4 -o e.tlog-proof
stet prove --entry 10.1234/a --as receipt -o e.receipt
stet prove --entry 10.1234/a --as transparent-statement -o e.scitt
key=$(stet checkpoint show --vkey)
mkdir away && cp e.* away && cd away || exit
status stet check e.tlog-proof --key "$key"
status stet check e.receipt --key "$key"
status stet check e.scitt --key "$key"
status stet check e.scitt
status stet check e.scitt --key "$key" --json
status stet check e.tlog-proof --key "$key" --json
# the statement and the entry by themselves, and a proof without it
python3 - <<'PYTHON'
data = open("e.scitt", "rb").read()
at = data.index(b"\xa1\x19\x01\x8a\x81\x59")
size = int.from_bytes(data[at + 6:at + 8], "big")
open("statement.stet", "wb").write(data[:at] + b"\xa0" + data[at + 8 + size:])
import base64
extra = open("e.tlog-proof").read().split("\n")[1]
open("entry.cbor", "wb").write(base64.b64decode(extra.split(" ")[1]))
lines = open("e.tlog-proof").read().split("\n")
open("bare.tlog-proof", "w").write("\n".join(lines[:1] + lines[2:]))
lines[2] = "index 3"
open("other.tlog-proof", "w").write("\n".join(lines))
PYTHON
status stet check e.receipt --entry statement.stet --key "$key"
status stet check e.receipt --entry entry.cbor --key "$key"
status stet check bare.tlog-proof --key "$key"
status stet check bare.tlog-proof --entry entry.cbor --key "$key"
# wrong ones
status stet check other.tlog-proof --key "$key"
status stet check bare.tlog-proof --entry statement.stet --key "$key"
status stet check e.receipt --entry e.scitt --key "$key"
printf 'x' | dd of=e.receipt bs=1 seek=250 conv=notrunc 2>/dev/null
status stet check e.receipt --entry statement.stet --key "$key"
status stet check e.scitt --entry nowhere --key "$key"
