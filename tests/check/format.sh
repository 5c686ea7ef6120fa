#!/usr/bin/env bash
# format.sh ROOT CLANG-FORMAT: every C file is as clang-format would write it.
# To mend: clang-format -i FILE...
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$1"
files=()
while IFS= read -r -d '' file; do
	case "$file" in
	src/*.c | src/*.h | tools/*.c | tools/*.h | include/*.h | tests/*.c | tests/*.h | docs/*.c)
		files+=("$file")
		;;
	esac
done < <("$here/files.sh" .)
if [ ${#files[@]} -eq 0 ]; then
	echo "format: no C file found"
	exit 1
fi
"$2" --dry-run -Werror --style=file "${files[@]}"
echo "format: ${#files[@]} files, 0 wrong"
