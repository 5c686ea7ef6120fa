# shellcheck shell=bash
ledger
record
stet claims 10.1234/a --extracted-claim-count 15 --verified-claim-count 13 --source-grounded-claims 14
stet assess 10.1234/a --review-score 8.5 --reviewer-score 8 --reviewer-score 8.5 --reviewer-score 9
stet declare 10.1234/a --paper-level 2 --tier FLAGSHIP_CANDIDATE --correction-state CURRENT
stet show --full 10.1234/a
unchanged stet claims 10.1234/a --verified-claim-count many
unchanged stet claims 10.1234/a --verified-claim-count -1
unchanged stet assess 10.1234/a --review-score 8.555
unchanged stet assess 10.1234/a --review-score 11
unchanged stet assess 10.1234/a --review-score high
