# shellcheck shell=bash
ledger
cat >record.json <<'JSON'
{"title": "From a file", "publisher": "Test Press",
 "manifest": {"contract": "paper-manifest-v1.1", "version": "3"}}
JSON
stet record 10.1234/a --from record.json --submitted 2026-06-30
echo '{"title": "From a pipe"}' | stet record 10.1234/b --from -
stet log -p 10.1234/a
unchanged stet record 10.1234/c --from nowhere.json
echo '[1]' >list.json
unchanged stet record 10.1234/c --from list.json
echo '{"title": 1}' >wrong.json
unchanged stet record 10.1234/c --from wrong.json
echo '{"title": "a", "title": "b"}' >twice.json
unchanged stet record 10.1234/c --from twice.json
