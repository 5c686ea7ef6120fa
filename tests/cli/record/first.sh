# shellcheck shell=bash
ledger
stet record urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 --title 'Zero-shot transfer' \
	--submitted 2026-06-30 --publisher 'Assignee Research' --alias https://doi.org/10.5281/ZENODO.21073815
stet show --full https://doi.org/10.5281/zenodo.21073815
stet log -p SRCH:9F810E9F --json
