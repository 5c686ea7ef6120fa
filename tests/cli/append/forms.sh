# shellcheck shell=bash
# One object over several lines, an array, standard input.
ledger
cat >one.json <<'JSON'
{
  "type": "record",
  "subject": "doi:10.1234/a",
  "id": "r1",
  "title": "One"
}
JSON
stet append one.json
echo '[{"type": "record", "subject": "doi:10.1234/b", "id": "r2", "title": "Two"}, {"type": "record", "subject": "doi:10.1234/c", "id": "r3", "title": "Three"}]' | stet append -
printf '{"type": "record", "subject": "doi:10.1234/d", "id": "r4", "title": "No newline at the end"}' | stet append -
unchanged stet append --dry-run one.json
echo '[{"type": "record", "subject": "doi:10.1234/e", "id": "r5", "title": "Five"}, 7]' >array.json
unchanged stet append array.json
