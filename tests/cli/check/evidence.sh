# shellcheck shell=bash
# A copy of a ledger goes on by itself under the same key: two heads of one size.
ledger
record
key=$(stet checkpoint show --vkey)
stet checkpoint show >before.note
cp -r .stet copy.stet
cp -r "$STET_STATE" copy.state
stet record 10.1234/b --title 'One thing' >/dev/null
stet checkpoint show >a.note
export STET_STATE=$PWD/copy.state
stet record -C copy.stet 10.1234/b --title 'Another thing' >/dev/null
stet checkpoint show -C copy.stet >b.note
cat >fork.py <<'PYTHON'
import sys

def head(major, size):
    if size < 24:
        return bytes([major + size])
    return bytes([major + 24, size]) if size < 256 else bytes([major + 25]) + size.to_bytes(2, "big")
def text(value):
    return head(0x60, len(value)) + value.encode()
def note(path):
    data = open(path, "rb").read()
    return head(0x40, len(data)) + data
sys.stdout.buffer.write(b"\xa4" + text("a") + note(sys.argv[1]) + text("b") + note(sys.argv[2])
    + text("kind") + text("fork") + text("format") + text("stet-evidence/" + sys.argv[3]))
PYTHON
python3 fork.py a.note b.note 1 >fork.stet-evidence
mkdir away && cp ./*.stet-evidence away && cd away || exit
status stet check fork.stet-evidence --key "$key"
status stet check fork.stet-evidence --key "$key" --json
status stet check fork.stet-evidence
status stet check fork.stet-evidence --key "$key" --max-age 1d
status stet check fork.stet-evidence 10.1234/b --key "$key"
# what convicts nobody
python3 ../fork.py ../a.note ../a.note 1 >same.stet-evidence
status stet check same.stet-evidence --key "$key"
python3 ../fork.py ../before.note ../a.note 1 >older.stet-evidence
status stet check older.stet-evidence --key "$key" --json
python3 ../fork.py ../a.note ../b.note 2 >newer.stet-evidence
status stet check newer.stet-evidence --key "$key"
head -c 300 fork.stet-evidence >cut.stet-evidence
status stet check cut.stet-evidence --key "$key"
sed 's/dkinddfork/dkinddfirk/' fork.stet-evidence >altered.stet-evidence
status stet check altered.stet-evidence --key "$key"
