# shellcheck shell=bash
# With the ledger at hand for reading, what is signed says what was newest, and what was before.
ledger
record
stet sign correct 10.1234/a -C .stet --set title='Better' --note x --as working -o a.stet
stet append a.stet
stet log -p 10.1234/a -n 1
STET_LEDGER=.stet stet sign retract SRCH:00000000 --notice none --decided-by editor:X --as working -o b.stet
echo "exit $?"
STET_LEDGER=.stet stet sign reinstate 10.1234/a --as working -o b.stet
echo "exit $?"
ls -- *.stet
