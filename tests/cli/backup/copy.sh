# shellcheck shell=bash
ledger
record
stet backup copy
diff <(stet export cborseq) <(stet export cborseq -C copy) && echo same
stet backup --without-key public
ls public
status stet backup copy
status stet backup
status stet backup a --move-to b
status stet backup missing/folder/copy
