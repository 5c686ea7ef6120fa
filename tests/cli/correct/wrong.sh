# shellcheck shell=bash
ledger
record
stet assess 10.1234/a --review-score 8
unchanged stet correct 10.1234/a
unchanged stet correct 10.1234/a --set title='A first record'
unchanged stet correct 10.1234/a --set colour=red
unchanged stet correct 10.1234/a --set title
unchanged stet correct 10.1234/a --set /title=x
unchanged stet correct 10.1234/a --set state=x
unchanged stet correct 10.1234/a --set review-score=high
unchanged stet correct 10.1234/a --set review-score=11
unchanged stet correct 10.1234/a --set submitted=yesterday
unchanged stet correct 10.1234/a --nature oops --note x
unchanged stet correct 10.1234/a --notice nowhere --note x
unchanged stet retract 10.1234/a
unchanged stet retract 10.1234/a --notice 10.1234/n
unchanged stet supersede 10.1234/a
unchanged stet annul 10.1234/a
unchanged stet reinstate 10.1234/a
unchanged stet lift 10.1234/a
