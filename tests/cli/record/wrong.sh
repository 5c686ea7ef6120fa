# shellcheck shell=bash
ledger
unchanged stet record
unchanged stet record 10.1234/a 10.1234/b
unchanged stet record 'no identifier' --title x
unchanged stet record 10.1234/a --titel x
unchanged stet record 10.1234/a -Z
unchanged stet record 10.1234/a --title
unchanged stet record 10.1234/a --json=yes --title x
unchanged stet record 10.1234/a --submitted 30.06.2026
unchanged stet record 10.1234/a --alias 'no identifier'
unchanged stet record 10.1234/a --member title=x
unchanged stet record 10.1234/a --member '/title=no json'
unchanged stet record 10.1234/a --member '/colour="red"'
unchanged stet record stet:ledger --title x
unchanged stet record SRCH:00000000 --title x
unchanged stet record 10.1234/a --title "$(printf 'a\001b')"
unchanged stet record 10.1234/a --title "$(printf 'a\377b')"
unchanged stet record 10.1234/a --title x --after 1 --no-after
unchanged stet record 10.1234/a --title x --after 99
unchanged stet record 10.1234/a --title x --attach paper.pdf
unchanged stet record 10.1234/a --title x --attach report=nowhere.pdf
unchanged stet record 10.1234/a --title x --aud stet:00
