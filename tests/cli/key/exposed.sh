# shellcheck shell=bash
ledger
echo nonsense >"$XDG_CONFIG_HOME/stet/keys/broken.key"
unchanged stet record 10.1234/a --title x --as nobody
chmod 644 "$XDG_CONFIG_HOME/stet/keys/working.key"
unchanged stet record 10.1000/z --title 'By a key that others can read'
