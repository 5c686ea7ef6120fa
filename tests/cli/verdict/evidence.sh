# shellcheck shell=bash
# VERIFIED needs what reproduces it, kept here; FALSIFIED its evidence.
ledger
record
unchanged stet verdict 10.1234/a --contract gate-verdict-v1 --gate 2 --status VERIFIED
unchanged stet verdict 10.1234/a --contract gate-verdict-v1 --gate 2 --status FALSIFIED
echo run >run.py
echo 393216.0 >out.txt
stet verdict 10.1234/a --contract gate-verdict-v1 --gate 2 --kind sandbox --status VERIFIED \
	--computed 393216.0 --expected 393216.0 --tolerance 5.0 \
	--attach repro-script=run.py --attach repro-results=out.txt
stet verdict 10.1234/a --contract gate-verdict-v1 --gate 3 --kind red-team --status FALSIFIED \
	--role CITATION_AUDITOR:9.2 --role REPLICATION_ATTACKER:8 --attach evidence=out.txt
stet show --full 10.1234/a
