# shellcheck shell=bash
ledger
rm -r "$XDG_CONFIG_HOME"
unchanged stet record 10.1000/x --title 'By nobody'
unchanged env -u HOME -u XDG_CONFIG_HOME stet record 10.1000/x --title 'By nobody'
