# shellcheck shell=bash
# A line of 2 GB is given up after 1 MiB; the file is sparse, and so is the time it takes.
ledger
printf '{"type": "record", "title": "' >long
truncate -s 2G long
unchanged stet append long
printf '{"type": "record", "subject": "doi:10.1234/a", "id": "r1", "title": "One"}\n{"title": "' >second
truncate -s 2G second
unchanged stet append second
status stet append --keep-going second
printf '[' >array
truncate -s 2G array
unchanged stet append array
