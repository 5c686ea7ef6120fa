# shellcheck shell=bash
# Which function signs is part of what is said, so stet picks one only where one alone can.
ledger
key desk 4 https://journal-x.example/desk
stet key grant desk --role publisher
unchanged stet record 10.1000/x --title 'By whom?'
unchanged stet record 10.1000/x --title 'By nobody' --as nobody
unchanged stet record 10.1000/x --title 'By nobody' --as ./nowhere.key
stet record 10.1000/x --title 'By the desk' --as desk
STET_KEY=working stet record 10.1000/y --title 'By the working key'
stet doi 10.1000/y --state findable
