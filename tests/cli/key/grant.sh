# shellcheck shell=bash
# A key made at home, its public half sent, a grant with scope, and what the scope keeps out.
ledger
seed 4 >s4
stet key generate desk --seed-file s4 --issuer https://journal-x.example/desk -o desk.key >/dev/null
stet key export ./desk.key -o desk.pub
cat desk.pub
stet key grant desk.pub --role editor --role publisher --scope doi:10.1000/ --label 'Journal X desk'
status stet record 10.1000/x --title 'In scope' --as desk.key
status stet record 10.2000/x --title 'Out of scope' --as desk.key
status stet verdict 10.1000/x --contract gate-verdict-v1 --gate 2 --status UNVERIFIED --as desk.key
stet key grant - --role editor --until 2026-12-31 --label 'Journal X desk' <desk.pub
stet key list | head -n 100 | grep -A5 Journal
status stet record 10.1000/y --title 'Not a publisher any more' --as desk.key
status stet key grant desk.pub
status stet key grant desk.pub --role king
