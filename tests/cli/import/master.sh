# shellcheck shell=bash
# The 20-column master file: natures, dates, reasons; an edited row, a vanished one, one that returns.
ledger
cp "$DATA/retraction-watch/rw_raw20col_one_row_2023.csv" one.csv
stet import -q retraction-watch one.csv
stet log -p 10.1155/2021/6907871
columns='Record ID,RetractionDate,RetractionDOI,OriginalPaperDOI,RetractionNature,Reason,'
cat >a.csv <<CSV
$columns
1,3/9/2026 0:00,10.5555/n1,10.5555/A,Retraction,+Fake Data;+Unreliable Results;,
2,3/1/2026 0:00,unavailable,10.5555/b,Expression of concern,,
3,3/2/2026 0:00,10.5555/c,10.5555/c,Correction,,
4,,10.5555/n4,Unavailable,Reinstatement,,
5,3/2/2026 0:00,10.5555/n5,10.5555/e,Something new,+Date of Article and/or Notice Unknown;,
6,,NA,<NA>,Retraction,,
7,2/30/2026 0:00,10.5555/n7,10.5555/g,Retraction,,
8,3/2/2026 0:00,10.5555/n8,no doi,Retraction,,
1,3/9/2026 0:00,10.5555/n1,10.5555/other,Retraction,,
CSV
printf '9,3/2/2026,10.5555/n9,10.5555/\377,Retraction,,\n' >>a.csv
status stet import retraction-watch a.csv --whole --source list
for doi in a b c n4 e; do stet show "10.5555/$doi" | sed -n '/^Conditions/,/^$/p'; done
# Row 1 edited, row 2 gone; then row 2 is back.
sed -e 's/10.5555\/n1,10.5555\/A/10.5555\/n1b,10.5555\/A/' -e '/^2,/d' -e '/^[6-9],/d' -e '/other/d' a.csv >b.csv
status stet import retraction-watch b.csv --whole --source list
stet show 10.5555/a | sed -n '/^Conditions/,/^$/p'
stet show 10.5555/b | sed -n '/^Conditions/,/^$/p'
sed -e '/^[6-9],/d' -e '/other/d' a.csv >c.csv
status stet import retraction-watch c.csv --whole --source list
status stet import retraction-watch c.csv --whole --source list
stet log 10.5555/a
stet show 10.5555/b | sed -n '/^Conditions/,/^$/p'
stet verify | head -n 1
# What is no such file.
printf 'DOI,Notice\n10.5555/a,10.5555/b\n' | status stet import retraction-watch -
printf 'OriginalPaperDOI,RetractionDOI\n"10.5555/a,10.5555/b\n' | status stet import retraction-watch -
printf 'OriginalPaperDOI,RetractionDOI\n10.5555/a,"b"x\n' | status stet import retraction-watch -
status stet import retraction-watch - </dev/null
status stet import records --whole a.csv
status stet import poems a.csv
