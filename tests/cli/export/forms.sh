# shellcheck shell=bash
ledger
record
stet export cborseq -o entries.cborseq
stet export cborseq | cmp - entries.cborseq && echo same
stet export jsonl | wc -l
stet export jsonl | cut -c 1-8 | sort -u
stet export jsonl --since 4 | wc -l
stet export jsonl -o - | wc -l
stat -c %a entries.cborseq
echo keep >there
status stet export jsonl -o there -C nowhere
cat there
status stet export poem
status stet export
status stet export jsonl --since x
ls
