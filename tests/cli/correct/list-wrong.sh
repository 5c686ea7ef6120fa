# shellcheck shell=bash
# Lists with lines that are wrong: all complained of by number, nothing appended; or left out.
ledger
record
stet record 10.1234/b --title 'Another' >/dev/null
printf 'doi\n10.1234/a\nnonsense\n\n# a remark\nhttps://doi.org/10.1234/A\n10.1234/b\n10.1234/z\r\n\tnot one\n' >list.csv
concern() {
	stet concern --list list.csv --notice none --note 'The data are being examined' --id concerns-of-june "$@"
}
unchanged concern
unchanged concern --dry-run --keep-going | sed 's/{.*//'
status concern --keep-going
later 60
# Another time, and the lines put right: the numbers are the same, so what was there is there.
sed -i 's/^nonsense$/10.1234\/c/' list.csv
status concern --keep-going --json | cut -c 1-28
status concern --keep-going --id concerns-of-july | cut -c 1-28
status concern --keep-going --id concerns-of-july
# Another batch of the same name is a conflict, on every line of it.
echo 10.1234/y >>list.csv
unchanged concern --id concerns-of-july --keep-going
printf '10.1234/a\n10.1234/b\n' >two.txt
status stet lift --list two.txt
status stet concern --list two.txt --notice none --keep-going
status stet concern --list two.txt --notice 10.1234/notice
status stet reinstate --list two.txt
echo 10.1234/a | status stet retract --list - --notice self --decided-by 'editor:X' --after 4
echo 10.1234/a | status stet retract --list - --notice self --decided-by 'editor:X'
status stet retract 10.1234/a --notice self --decided-by 'editor:X' --keep-going
printf 'nonsense\n' | status stet retract --list - --notice self --decided-by 'editor:X' --keep-going
printf '10.1234/a\n10.1234/\0b\n' | status stet retract --list - --notice self --decided-by 'editor:X'
printf '10.1234/a\n' | status stet retract --list - --notice self
printf '10.1234/a\n10.1234/b\n' | status stet retract --list - --notice 10.1234/x --decided-by 'editor:X' --nature bogus
status stet retract --list . --notice self --decided-by 'editor:X'
