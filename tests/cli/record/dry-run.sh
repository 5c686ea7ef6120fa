# shellcheck shell=bash
ledger
unchanged stet record 10.1234/a --title 'Not yet' --alias 10.1234/b --dry-run
echo content >paper.pdf
unchanged stet record 10.1234/a --title 'Not yet' --attach report=paper.pdf --dry-run
unchanged stet verdict 10.1234/a --contract gate-verdict-v1 --gate 2 --status VERIFIED --dry-run
find .stet/artifacts -type f 2>/dev/null
true
