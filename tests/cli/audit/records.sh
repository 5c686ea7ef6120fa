# shellcheck shell=bash
# The real records: what was worked out from them by hand, and verdicts against each other.
ledger
stet import records "$DATA/records/records.json" --url https://assignee.net --retrieved 2026-07-04 -q
status stet audit
echo 'One code.'
status stet audit --code opposite-verdicts
status stet audit --code verified-without-artifact
status stet audit --code opposite-verdicts --json
status stet audit --code gate-label --json | tail -n 2
echo 'Before there was anything.'
status stet audit --at 1
echo 'A floor.'
stet policy set floor_review_score=6.50 floor_verified_claim_count=5 >/dev/null
status stet audit --code below-floor
