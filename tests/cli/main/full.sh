# shellcheck shell=bash
# A result that could not be written is not a success.
ledger
record
status bash -c 'stet show 10.1234/a >/dev/full'
status bash -c 'stet export cborseq >/dev/full'
status bash -c 'stet help >/dev/full'
status bash -c 'stet record 10.1234/b --title "Appended all the same" >/dev/full'
stet show 10.1234/b | head -n 1
unchanged stet export cborseq -o missing/folder/out
unchanged stet export cborseq -o .
