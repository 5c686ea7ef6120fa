# shellcheck shell=bash
# Only root says from where on a stolen key supports nothing; what it signed stays, marked.
ledger
key desk 4 https://journal-x.example/desk
stet key grant desk --role publisher --role editor
stet record 10.1000/x --title 'By the thief' --as desk
status stet key revoke desk --reason stolen --distrust-from 4 --as working
stet key revoke desk --reason stolen --distrust-from 4
stet log 10.1000/x
