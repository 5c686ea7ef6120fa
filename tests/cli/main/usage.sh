# shellcheck shell=bash
status stet | head -n 2
status stet --help | head -n 1
status stet help record | head -n 2
status stet record --help | head -n 1
status stet help recrod
status stet recrod
status stet lgo
status stet frobnicate
status stet "$(printf 'a\033[31mb')"
status stet -C .stet show
status stet key
status stet key grnat
status stet key frobnicate
status stet help key grant | head -n 1
status stet help key nothing
status stet version
status stet --version
status stet version --json
status stet version extra
status stet help --names | wc -l
