# shellcheck shell=bash
# Signed at a desk that has no ledger, appended where the ledger is.
ledger
id=$(stet stats --json | grep -o 'stet:[0-9a-f]*')
mkdir desk
cd desk || exit
stet sign record 10.1234/a --title 'Signed elsewhere' --aud "$id" --as working -o a.stet
stet sign record 10.1234/b --title 'For any ledger' --portable --as working >b.stet
head -c 1 a.stet | od -An -tx1
cat a.stet b.stet | stet append -C ../.stet -
status stet append -C ../.stet a.stet b.stet
stet sign retract 10.1234/a --notice none --decided-by 'editor:X' --aud "$id" --as working | stet append -C ../.stet -
stet sign correct 10.1234/a --set title='Without before' --note x --portable --as working | stet append -C ../.stet -
stet log -p -C ../.stet 10.1234/a
