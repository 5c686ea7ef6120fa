# shellcheck shell=bash
# The same statement twice is one; the same id with other content is refused.
ledger
echo content >paper.pdf
stet record 10.1234/a --title 'A first record' --id once --alias 10.1234/b --attach report=paper.pdf
unchanged stet record 10.1234/a --title 'A first record' --id once --alias 10.1234/b --attach report=paper.pdf
unchanged stet record 10.1234/a --title 'Another record' --id once
stet correct 10.1234/a --set title='Since then' --note x
unchanged stet record 10.1234/a --title 'A first record' --id once --alias 10.1234/b --attach report=paper.pdf --json
