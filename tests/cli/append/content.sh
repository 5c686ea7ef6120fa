# shellcheck shell=bash
# An artifact signed elsewhere: its content comes with it.
ledger
record
echo 'the report' >paper.pdf
stet sign artifact 10.1234/a report=paper.pdf --portable --as working -o paper.stet
unchanged stet append paper.stet
stet append --content paper.pdf paper.stet
unchanged stet append --content nowhere.pdf paper.stet
