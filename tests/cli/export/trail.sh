# shellcheck shell=bash
# The history of records as tables and as PROV: one record, several, all; as it was; once each.
ledger
record
stet alias 10.1234/a urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 >/dev/null
later 86400
stet retract 10.1234/a --notice 10.1234/n --decided-by 'editor:Test Press' --occurred 2026-05 \
	--reason '=1+1, "quoted"' >/dev/null
later 86400
stet reinstate 10.1234/a --target 9 --note 'after all' >/dev/null
stet record 10.1234/b --title 'A second record' >/dev/null
stet export csv 10.1234/a
stet export provn 10.1234/a
echo 'As it was, and each record once:'
stet export provn 10.1234/a --at 10 | grep -c -e wasInvalidatedBy -e st:Correction
stet export provn 10.1234/a | grep -c -e wasInvalidatedBy -e st:Correction
stet export provn 10.1234/a 9f810e9f-5768-46ea-af76-f8b503e24cd6 10.1234/b | grep '^  bundle'
stet export prov --all -o all.json
stet export prov 10.1234/a 10.1234/b | cmp - all.json && echo 'the same'
stet export csv --all | wc -l
stet export csv | wc -l
stet export jsonl 10.1234/b 10.1234/a | cut -c 1-10
stet export cborseq 10.1234/a | wc -c
