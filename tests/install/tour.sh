#!/usr/bin/env bash
# tour.sh ROOT STET: tools/quickstart does its whole round with this stet, and the README's tour is a
# part of it: every command the README shows is one that quickstart runs.
set -euo pipefail
root=$1 stet=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$root/tools/quickstart" --stet "$stet" "$work/demo" >"$work/out" || {
	cat "$work/out"
	echo "tour: quickstart ended with exit status $?"
	exit 1
}
sed -n 's/^\$ //p' "$work/out" >"$work/ran"

wrong=0 shown=0
while IFS= read -r line; do
	shown=$((shown + 1))
	if ! grep -qxF -- "$line" "$work/ran"; then
		echo "README.md shows a command that quickstart does not run: $line"
		wrong=$((wrong + 1))
	fi
done < <(sed -n 's/^    \$ //p' "$root/README.md")
[ "$shown" -gt 0 ] || wrong=$((wrong + 1))

# A second run must leave the folder alone.
if "$root/tools/quickstart" --stet "$stet" "$work/demo" >/dev/null 2>&1; then
	echo "quickstart wrote over a folder that was there"
	wrong=$((wrong + 1))
fi
echo "tour: $(wc -l <"$work/ran") commands run, $shown of them in README.md, $wrong wrong"
[ "$wrong" -eq 0 ]
