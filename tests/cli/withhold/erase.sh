# shellcheck shell=bash
# The content goes; its digest, the entries about it and the chain stay.
ledger
record
echo 'names of patients' >list.csv
stet artifact 10.1234/a evidence=list.csv
sha=$(sha256sum <list.csv | cut -d' ' -f1)
unchanged stet withhold 10.1234/a --sha256 "$(printf '%064d' 0)" --ground 'no such content'
stet withhold 10.1234/a --sha256 "$sha" --ground 'court order 12/2026'
find .stet/artifacts -type f
stet verify
stet show --full 10.1234/a
unchanged stet withhold 10.1234/a --ground 'which?'
