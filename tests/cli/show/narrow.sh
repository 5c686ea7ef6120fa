# shellcheck shell=bash
ledger
stet record 10.1234/a --title 'A title that is long enough to need several lines on a narrow terminal, and then some' \
	--question "$(printf '\346\226\207%.0s' $(seq 60))"
for columns in 50 120; do
	COLUMNS=$columns stet show --full 10.1234/a
	COLUMNS=$columns stet log 10.1234/a
done
COLUMNS=nonsense stet show 10.1234/a | head -n 1
