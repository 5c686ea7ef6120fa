# shellcheck shell=bash
ledger
key desk 4 https://journal-x.example/desk
stet key grant desk --role publisher --role editor
stet record 10.1000/x --title 'Before' --as desk
status stet key revoke desk
stet key revoke desk --reason retired --note 'the desk moved'
status stet record 10.1000/y --title 'After' --as desk
status stet key revoke desk --reason retired
stet log 10.1000/x
status stet key revoke root --reason lost --as root
