# shellcheck shell=bash
# Who reads only the beginning gets it, and no complaint.
ledger
record
for i in $(seq 30); do stet claims 10.1234/a --verified-claim-count "$i" >/dev/null; done
stet log --json | head -n 1 | cut -c 1-8
stet log -p 10.1234/a | head -n 1
stet explain --all --markdown | head -n 1
