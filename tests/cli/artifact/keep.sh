# shellcheck shell=bash
ledger
record
echo 'the report' >paper.pdf
printf '{}' >results.json
stet artifact 10.1234/a report=paper.pdf repro-results=results.json
find .stet/artifacts -type f -printf '%P\n' | sort
stet show --full 10.1234/a
unchanged stet artifact 10.1234/a report=nowhere.pdf
unchanged stet artifact 10.1234/a report=.
unchanged stet artifact 10.1234/a paper.pdf
unchanged stet artifact 10.1234/a selfie=paper.pdf
unchanged stet artifact 10.1234/a
