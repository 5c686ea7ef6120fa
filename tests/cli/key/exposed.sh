# shellcheck shell=bash
ledger
chmod 644 "$XDG_CONFIG_HOME/stet/keys/working.key"
unchanged stet record 10.1000/z --title 'By a key that others can read'
