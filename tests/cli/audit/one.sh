# shellcheck shell=bash
# A record under two names is looked at once; annulled verdicts contradict nobody; gaps are no no.
ledger
record
stet alias 10.1234/a urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 >/dev/null
stet declare 10.1234/a --correction-state CURRENT --correction-count 0 --tier DOI_GRADE >/dev/null
status stet audit --gaps
status stet audit --gaps --json
echo run >run.py
echo 57 >out.txt
stet verdict 10.1234/a --contract gate-verdict-v1 --gate 2 --kind sandbox --status VERIFIED --computed 57 \
	--expected 57.0 --tolerance 5.0 --attach repro-script=run.py --attach repro-results=out.txt
stet verdict 10.1234/b --contract gate-verdict-v1 --gate 2 --kind sandbox --status FALSIFIED --computed 57.0 \
	--expected 75 --tolerance 5.0 --attach evidence=out.txt
status stet audit
status stet audit --at 15
stet reindex
status stet audit --code opposite-verdicts
stet annul 10.1234/a --target 13 --note 'the wrong run' >/dev/null
status stet audit --code opposite-verdicts
stet verify | tail -n 1
