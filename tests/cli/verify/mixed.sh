# shellcheck shell=bash
# Own statements among observations, under two names, by keys granted in between: each is held against
# what was the newest own one when it came.
ledger
record --alias 10.1234/b
observe() {
	local number
	for number in $(seq "$1" "$2"); do
		printf '{"type": "correction", "subject": "doi:10.1234/%s", "id": "n%d", "nature": "unspecified", "source": {"name": "some-list", "id": "%d"}}\n' \
			"$3" "$number" "$number"
	done | stet append - --as working >/dev/null
}
observe 1 20 a
stet correct 10.1234/a --set title='One' --note one --as working >/dev/null
observe 21 30 b
key desk 7 https://journal.example/desk
stet key grant desk --role editor --role publisher >/dev/null
stet correct 10.1234/b --set title='Two' --note two --as desk >/dev/null
observe 31 45 a
stet correct 10.1234/a --set title='Three' --note three --as working >/dev/null
stet correct 10.1234/a --set title='Four' --note four --as desk >/dev/null
stet verify 10.1234/a | tail -n 2
stet verify 10.1234/a | grep -c "NO"
stet log -p 10.1234/a | grep -A 2 '@@'
stet verify | head -n 1
