# shellcheck shell=bash
# A record's standing in the publisher's own contracts.
ledger
record --manifest-contract paper-manifest-v1.1 --manifest-url https://test.example/1
stet record 10.1234/a --title 'A first record' --publisher 'Test Press' --submitted 2026-06-30 \
	--manifest-contract paper-manifest-v1.1 --manifest-url https://test.example/2 >/dev/null
stet export contract correction-record 10.1234/a
later 86400
stet correct 10.1234/a --set title='The right title' --note 'A word was missing' --notice self \
	--occurred 2026-07-03 >/dev/null
later 86400
stet retract 10.1234/a --notice none --decided-by 'editor:Test Press' >/dev/null
stet correct 10.1234/a --set question='Which?' --note 'Never meant' --notice self >/dev/null
stet annul 10.1234/a --target 12 --note 'entered twice' >/dev/null
stet export contract correction-record 10.1234/a -o record.json
sed -n '/"correction_state/,/known_superseded/p' record.json
sed -n '/"limitations/,$p' record.json
echo 'As it was:'
stet export contract correction-record 10.1234/a --at 9 | grep -e correction_state -e correction_count
echo 'Verdicts of two gates:'
stet import records "$DATA/records/records.json" --as working -q >/dev/null
stet export contract gate-verdict SRCH:876DD292
stet verdict 10.1234/a --contract gate-verdict-v1 --gate 2 --status UNVERIFIED --kind default >/dev/null
stet verdict 10.1234/a --contract gate-verdict-v1 --gate 3 --status UNVERIFIED --reason 'Not tried' >/dev/null
status stet export contract gate-verdict 10.1234/a
stet export contract gate-verdict 10.1234/a --gate 3
status stet export contract gate-verdict 10.1234/a --gate 1
echo 'Levels, tiers, dimensions:'
stet export contract verification-levels SRCH:876DD292 | grep paper_level
stet export contract quality-tiers SRCH:876DD292 | sed -n '/"tier"/,/}/p' | head -n 12
stet export contract quality-dimensions SRCH:9F810E9F | sed -n '/"evidence_strength/,/}/p'
