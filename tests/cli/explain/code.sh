# shellcheck shell=bash
stet explain signer-revoked
stet explain signer-revoked --json
status stet explain signer-revokd
status stet explain nothing-like-it-at-all
[ "$(stet explain | grep -c .)" -ge 240 ] && echo "more than 240 codes"
[ "$(stet explain | wc -l)" -ge 1 ] && stet explain | grep '^input-empty'
status stet explain a b
