# shellcheck shell=bash
ledger
status stet import
unchanged stet import records
unchanged stet import poems x
unchanged stet import records nowhere.json
: >empty
unchanged stet import records empty
unchanged stet import records .
unchanged stet import records /bin/true
echo '{"a": 1}' >object.json
status stet import records object.json
echo '[{"title": "x"}, 7]' >rows.json
status stet import records rows.json
echo '[{"title": "wh' >half.json
unchanged stet import records half.json
unchanged stet import records rows.json --batch 0
key desk 4 https://journal-x.example/desk
stet key grant desk --role publisher
unchanged stet import records "$DATA/records/records.json" --as desk -q
