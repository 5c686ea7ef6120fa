# shellcheck shell=bash
# No working key: roles are granted later, here with a root key whose private half is elsewhere.
key root 2 https://test.example/root
stet key export root -o root.pub
mv "$XDG_CONFIG_HOME/stet/keys/root.key" .
key ledger 1
status stet init --origin test.example/ledger --ledger-key "$XDG_CONFIG_HOME/stet/keys/ledger.key" --root-key root.pub
status stet init --origin test.example/ledger --ledger-key "$XDG_CONFIG_HOME/stet/keys/ledger.key" --root-key root.pub --bare
rm "$XDG_CONFIG_HOME/stet/keys/ledger.key"
status stet record 10.1234/a --title 'A first record'
key desk 4 https://test.example/desk
status stet record 10.1234/a --title 'A first record'
status stet key grant desk --role publisher
status stet key grant desk --role publisher --as root.key
status stet record 10.1234/a --title 'A first record'
