#!/usr/bin/env bash
# static.sh ROOT CC [LAUNCHER]: the library can be built and used as a static one, too.
set -euo pipefail
root=$1 cc=$2 launcher=${3:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! {
	cmake -S "$root" -B "$work/build" -G Ninja -DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=Debug \
		-DCMAKE_C_COMPILER_LAUNCHER="$launcher" -DBUILD_SHARED_LIBS=OFF \
		-DSTET_BUILD_TOOLS=OFF -DSTET_BUILD_TESTS=OFF &&
		cmake --build "$work/build"
} >"$work/log" 2>&1; then
	tail -n 40 "$work/log"
	exit 1
fi
"$here/run.sh" "$work/build" "$cc"
