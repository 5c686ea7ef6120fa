# shellcheck shell=bash
ledger
other=stet:$(printf '%064d' 0)
stet sign record 10.1234/a --title 'For another ledger' --aud "$other" --as working -o a.stet
unchanged stet append a.stet
stet sign record 10.1234/a --title 'Tampered' --portable --as working -o a.stet
sed 's/Tampered/Temperad/' a.stet >b.stet
unchanged stet append b.stet
head -c -1 a.stet >cut.stet
unchanged stet append cut.stet
(cat a.stet; echo trailing) >more.stet
unchanged stet append more.stet
