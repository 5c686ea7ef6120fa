# shellcheck shell=bash
# A checkpoint is judged by the keys the reader knows; no ledger is near.
ledger
record
stet checkpoint show >head.note
key=$(stet checkpoint show --vkey)
mkdir away && cd away || exit
status stet check ../head.note --key "$key"
status stet check ../head.note
status stet check - --key "$key" --json <../head.note
status stet check ../head.note --json -q
echo "# ledgers we read"$'\n\n'"log $key https://ledger.example/" >trust
status stet check ../head.note --trust trust
# a key of another log is nobody's here
status stet check ../head.note --key 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
# a page that was edited after it was signed
sed 's/^6$/7/' ../head.note >forged.note
status stet check forged.note --key "$key"
status stet check forged.note
head -c 150 ../head.note >cut.note
status stet check cut.note --key "$key"
# it states no time, so nothing can be said of its age
status stet check ../head.note --key "$key" --max-age 30d
# a cosigner (seed 9) that we know says when
witness='witness.example/w+d0a590be+BP0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY'
cosigned='0KWQvgAAAABqHt7Al2hECvWKFklEzN8piheOOkd77QcKAFPdD8DqXkhplS7b+XZqMGKDs3t/yl3M9/U293NAggKqpy0WK9z2lMZsAQ=='
{ cat ../head.note; printf '\342\200\224 witness.example/w %s\n' "$cosigned"; } >cosigned.note
status stet check cosigned.note --key "$key" --key "$witness" --max-age 90d
status stet check cosigned.note --key "$key" --key "$witness" --max-age 29d # evidence-stale
status stet check cosigned.note --key "$key" --max-age 90d
status stet check cosigned.note --key "$witness"
sed 's/0KWQvgAAAABqHt7A/0KWQvgAAAABqHt7B/' cosigned.note >moved.note
status stet check moved.note --key "$key" --key "$witness"
