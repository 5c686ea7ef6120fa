# shellcheck shell=bash
# One notice over many papers: a batch, all or nothing.
ledger
record
stet record 10.1234/b --title 'Another'
printf '# the papers\n10.1234/a\n\n  https://doi.org/10.1234/B  \n' >papers.txt
stet correct --list papers.txt --nature retraction --notice 10.1234/notice --decided-by 'publisher:Test Press' \
	--reason 'compromised peer review'
stet log --notice 10.1234/notice
printf '10.1234/a\nnot an identifier\n' >bad.txt
unchanged stet correct --list bad.txt --nature retraction --notice none --decided-by publisher:X
unchanged stet correct --list /dev/null --nature retraction --notice none --decided-by publisher:X
unchanged stet correct --list nowhere --nature retraction --notice none --decided-by publisher:X
unchanged stet correct 10.1234/a --list papers.txt --note x
status stet log --notice 10.1234/nothing
status stet log --notice nothing
