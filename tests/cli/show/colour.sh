# shellcheck shell=bash
# Colour only on a terminal, and never with NO_COLOR.
ledger
record
stet show 10.1234/a | grep -c "$(printf '\033')"
script -qec "env TERM=xterm stet show 10.1234/a" /dev/null | grep -c "$(printf '\033')\[1m" >colour
[ "$(cat colour)" -gt 0 ] && echo coloured
script -qec "env TERM=xterm NO_COLOR=1 stet show 10.1234/a" /dev/null | grep -c "$(printf '\033')"
true
