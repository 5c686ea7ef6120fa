#!/usr/bin/env bash
# man.sh ROOT MANDOC STET: man pages are well-formed, each command has one with EXIT STATUS and
# EXAMPLES, and no page is about a command that is not there.
set -euo pipefail
cd "$1/docs/man"
shopt -s nullglob
pages=(*.[1357])
wrong=0
complain() {
	echo "$*"
	wrong=$((wrong + 1))
}
if [ ${#pages[@]} -eq 0 ]; then
	echo "man: no page found"
	exit 1
fi
"$2" -T lint -W warning "${pages[@]}" || wrong=$((wrong + 1))
commands=$("$3" help --names)
for command in $commands; do
	page=stet-$command.1
	if [ ! -f "$page" ]; then
		complain "$page: missing: 'stet $command' has no page"
		continue
	fi
	grep -q '^\.Sh EXIT STATUS' "$page" || complain "$page: no EXIT STATUS"
	grep -q '^\.Sh EXAMPLES' "$page" || complain "$page: no EXAMPLES"
done
for page in stet-*.1; do
	command=${page#stet-}
	grep -qx "${command%.1}" <<<"$commands" || complain "$page: there is no command of this name"
done
echo "man: ${#pages[@]} pages, $(wc -w <<<"$commands") commands, $wrong wrong"
[ "$wrong" -eq 0 ]
