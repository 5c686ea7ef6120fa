# shellcheck shell=bash
# A passphrase comes from a file nobody else can read or from a descriptor, never from the line.
ledger
echo secret >pass
chmod 600 pass
seed 4 >s4
stet key generate desk --seed-file s4 --issuer https://journal-x.example/desk --passphrase-file pass >/dev/null
grep -c '"seed"' "$XDG_CONFIG_HOME/stet/keys/desk.key"
stet key grant desk --role publisher
status stet record 10.1000/x --title 'Opened from a file' --as desk --passphrase-file pass
status stet record 10.1000/y --title 'Opened from a descriptor' --as desk --passphrase-fd 3 3<pass
echo wrong >bad
chmod 600 bad
unchanged stet record 10.1000/z --title 'Wrong' --as desk --passphrase-file bad
unchanged setsid -w stet record 10.1000/z --title 'Nobody to ask' --as desk
chmod 644 pass
unchanged stet record 10.1000/z --title 'Read by others' --as desk --passphrase-file pass
unchanged stet record 10.1000/z --title 'No such file' --as desk --passphrase-file nowhere
unchanged stet record 10.1000/z --title 'No such descriptor' --as desk --passphrase-fd 77
unchanged stet record 10.1000/z --title 'No number' --as desk --passphrase-fd three
