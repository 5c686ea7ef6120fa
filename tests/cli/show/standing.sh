# shellcheck shell=bash
# One screen: what opened, ended, waits, is contested or comes from a key that was stolen, by whom.
ledger
stet record 10.1234/a --title 'A first record' --publisher 'Test Press' --submitted 2025-01-07 \
	--alias 10.1234/b >/dev/null
key desk 7 https://journal.example/desk
key other 8 https://other.example/desk
stet key grant desk --role editor --role publisher >/dev/null
stet key grant other --role editor --role auditor >/dev/null
echo 'Nothing is known against it.'
stet show 10.1234/b
stet concern 10.1234/a --notice-kind own --notice-doi 10.1234/concern --occurred 2025-03 --as desk
stet lift 10.1234/a --target 11 --note 'settled' --as desk
stet retract 10.1234/b --notice 10.1234/notice --occurred 2025-06-02 --decided-by 'editor:Test Press' --as other
stet annul 10.1234/b --target 15 --note 'not so' --as desk
stet policy set endorsements_correction=2 >/dev/null
stet correct 10.1234/a --set title='A corrected record' --note 'as printed' --as desk
echo 'Everything at once.'
stet show 10.1234/a
stet show 10.1234/a --full | sed -n '/^  correction$/,/^$/p'
stet show 10.1234/a --json | grep -o '"effective":{"record":{"title":"[^"]*"'
echo 'Before the lift.'
stet show 10.1234/a --at 13 | sed -n '/^Conditions/,/^$/p;/^As of/,$p'
COLUMNS=50 stet show 10.1234/a | sed -n '/^Conditions/,/^$/p'
stet key revoke other --reason stolen --distrust-from 3 --as root >/dev/null
echo 'Stolen.'
stet show 10.1234/a
echo 'Many.'
for number in $(seq 255); do
	printf '{"type": "correction", "subject": "doi:10.1234/c", "id": "n%d", "nature": "unspecified", "source": {"name": "some-list", "id": "%d"}}\n' \
		"$number" "$number"
done | stet append - --as working >/dev/null
stet show 10.1234/c
