# shellcheck shell=bash
ledger
record
status stet show 10.1234/nothing
status stet show SRCH:00000000
status stet show
status stet show 10.1234/a 10.1234/b
status stet show 'no identifier'
status stet show 10.1234/a --at never
status stet show 10.1234/a --at 2
status stet show 10.1234/a --at 2020-01-01
