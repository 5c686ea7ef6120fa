# shellcheck shell=bash
# A table: the column "doi" counts, wherever it is.
ledger
concern() {
	stet concern --list "$1" --notice 10.1234/notice --note 'The data are being examined' "${@:2}"
}
printf '\357\273\277Title,DOI,"Retracted, when"\r\n"One, ""quoted""",10.1234/a,\r\nTwo,"10.1234/b",x\n' >good.csv
status concern good.csv
printf 'title,doi\nOne\nTwo,\n"Three,10.1234/c\nFour,10.1234/d,and,more\n"Five"x,10.1234/e\nSix,nonsense\n\n' >bad.csv
unchanged concern bad.csv
status concern bad.csv --keep-going --id another
# Without such a column each line is one identifier, commas and all.
printf '10.1234/a,b\n' >plain.txt
status concern plain.txt --id third
printf 'title,doi\n' >empty.csv
unchanged concern empty.csv
