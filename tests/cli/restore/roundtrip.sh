# shellcheck shell=bash
ledger
record
echo content >paper.pdf
stet artifact 10.1234/a report=paper.pdf
stet export cborseq -o entries.cborseq
stet restore entries.cborseq restored --key .stet/keys/ledger.key --artifacts .stet/artifacts
cmp .stet/checkpoint restored/checkpoint && echo 'the same checkpoint'
stet verify -C restored
stet record 10.1234/b --title 'Going on' -C restored
stet export cborseq --no-remember | stet restore - -o to-read # restored has gone on
status stet record 10.1234/c --title 'No key' -C to-read
