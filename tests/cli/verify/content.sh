# shellcheck shell=bash
# Which registered artifact or manifest version a file is.
ledger
record
echo one >paper.pdf
stet artifact 10.1234/a report=paper.pdf --version v1 --name paper.pdf >/dev/null
stet artifact 10.1234/b report=paper.pdf >/dev/null
status stet verify --content paper.pdf
status stet verify --content paper.pdf 10.1234/a
later 86400
echo two >second.pdf
stet artifact 10.1234/a report=second.pdf --version v2 >/dev/null
echo 'They differ.'
status stet verify --content paper.pdf 10.1234/a
status stet verify --content paper.pdf 10.1234/a --at 2026-07-02T20:00:00Z
status stet verify --content second.pdf 10.1234/b
status stet verify --content second.pdf --at 2026-07-02T20:00:00Z
status stet verify --content - <second.pdf
status stet verify --content - 10.1234/a </dev/null
echo 'A manifest, by its digest.'
echo '{"title": "A first record"}' >manifest.json
stet record 10.1234/a --title 'A first record' --manifest-contract paper-manifest-v1.1 \
	--manifest-sha256 "$(sha256sum manifest.json | cut -d' ' -f1)" >/dev/null
status stet verify --content manifest.json
status stet verify --content manifest.json --json
echo 'Annulled, withheld.'
stet annul 10.1234/a --target 4 --note 'the wrong file' >/dev/null 2>&1
stet annul 10.1234/a --target 6 --note 'the wrong file' >/dev/null
status stet verify --content paper.pdf 10.1234/a
status stet verify --content paper.pdf
stet withhold 10.1234/b --sha256 "$(sha256sum paper.pdf | cut -d' ' -f1)" --ground 'an order' >/dev/null
status stet verify --content paper.pdf 10.1234/b
