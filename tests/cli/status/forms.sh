# shellcheck shell=bash
# References in whatever people keep them in.
ledger
cat >list.csv <<'CSV'
Record ID,RetractionDate,RetractionDOI,OriginalPaperDOI,RetractionNature,Reason
1,6/20/2023 0:00,10.1038/n1,10.1038/SREP40088,Retraction,
2,8/31/2022 0:00,10.1038/n2,10.1038/srep40088,Expression of concern,
3,5/1/2021 0:00,unavailable,10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2,Correction,
CSV
stet import -q retraction-watch list.csv --retrieved 2026-05-06
stet record 10.1234/a --title A
printf '# mine\nhttps://doi.org/10.1038/srep40088\r\n\nDOI:10.1234/A\n' >plain.txt
status stet status plain.txt
cat >refs.bib <<'BIB'
@article{a, title={X}, doi = {10.1038/srep40088}, url={https://doi.org/10.1038/SREP40088}}
@article{b, doi={10.5555/under\_score}, note="see (10.1234/a)."}
BIB
status stet status refs.bib
printf 'TY  - JOUR\nDO  - 10.1038/srep40088\nUR  - https://dx.doi.org/10.1234/a\nER  - \n' >refs.ris
status stet status refs.ris
printf '[{"id": "x", "DOI": "10.1038\\/srep40088"}, {"DOI":"10.1234/a"}]' | status stet status -
printf 'title,doi,year\n"A, b",10.1038/srep40088,2017\nC,10.1234/a,2020\n' | status stet status -
printf 'As shown [10.1038/srep40088], and 10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2. Not 110.1234/x.' |
	status stet status -
COLUMNS=120 stet status refs.ris
