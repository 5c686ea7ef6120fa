#!/usr/bin/env bash
# scripts.sh ROOT SHELLCHECK: every shell script parses and shellcheck has nothing to say.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$1"
scripts=()
while IFS= read -r -d '' file; do
	case "$file" in tests/data/* | tests/vectors/*) continue ;; esac
	first=$(head -c 64 "$file" | tr -d '\0' | head -n 1)
	case "$first" in
	'#!'*bash* | '#!'*/sh* | '#!'*'env sh'*) scripts+=("$file") ;;
	*) case "$file" in *.sh | *.bash) scripts+=("$file") ;; esac ;;
	esac
done < <("$here/files.sh" .)
if [ ${#scripts[@]} -eq 0 ]; then
	echo "scripts: none found"
	exit 1
fi
wrong=0
for script in "${scripts[@]}"; do
	bash -n "$script" || wrong=$((wrong + 1))
done
"$2" --shell=bash --external-sources --severity=style "${scripts[@]}" || wrong=$((wrong + 1))
echo "scripts: ${#scripts[@]} scripts, $wrong wrong"
[ "$wrong" -eq 0 ]
