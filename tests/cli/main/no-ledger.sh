# shellcheck shell=bash
# Not a ledger, in every way: one line, status 3.
status stet stats
status stet stats -C nowhere
mkdir empty
status stet stats -C empty
touch file
status stet stats -C file
status stet show 10.1234/a
status stet record 10.1234/a --title x
STET_LEDGER=nowhere status stet stats
ledger
mkdir -p deep/er
cd deep/er || exit
stet stats | head -n 1
cd ../.. || exit
mv .stet elsewhere
STET_LEDGER=elsewhere stet stats | head -n 1
stet stats -C elsewhere | head -n 1
echo 'stet/2' >elsewhere/format
status stet stats -C elsewhere
status stet record 10.1234/a --title x -C elsewhere
echo 'nonsense' >elsewhere/format
status stet stats -C elsewhere
