#!/usr/bin/env bash
# headers.sh ROOT CC CXX: each public header compiles alone, as C11 and as C++17, and is in stet.h.
set -euo pipefail
cd "$1/include"
strict=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only -I .)
count=0 wrong=0
for header in stet/*.h; do
	count=$((count + 1))
	# Twice: the second time the guard must hold.
	text="#include <$header>"$'\n'"#include <$header>"$'\n'"int this_unit_has_something_in_it;"
	"$2" -std=c11 "${strict[@]}" -Wstrict-prototypes -x c - <<<"$text" || wrong=$((wrong + 1))
	"$3" -std=c++17 "${strict[@]}" -x c++ - <<<"$text" || wrong=$((wrong + 1))
	if [ "$header" != stet/stet.h ] && ! grep -qxF "#include <$header>" stet/stet.h; then
		echo "$header: not in <stet/stet.h>"
		wrong=$((wrong + 1))
	fi
done
echo "headers: $count headers, $wrong wrong"
[ "$count" -gt 0 ] && [ "$wrong" -eq 0 ]
