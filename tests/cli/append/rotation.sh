# shellcheck shell=bash
# The ledger key changes by 'stet key rotate' alone: where the key is, and with its seal.
ledger
x=ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1
echo '{"type": "ledger", "subject": "stet:ledger", "action": "rotate", "id": "r", "key": {"kty": "OKP", "crv": "Ed25519", "x": "'"$x"'"}}' >rotate.json
unchanged stet append rotate.json --as root
