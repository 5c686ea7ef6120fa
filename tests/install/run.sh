#!/usr/bin/env bash
# run.sh BUILD CC [FLAGS]: installs BUILD into a fresh prefix, moves it, and builds and runs a program
# against it with pkg-config and with find_package; then uses the installed command.  FLAGS are what
# a program needs to load a library built with a sanitizer.
set -euo pipefail
build=$1 cc=$2 flags=${3:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

DESTDIR='' cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/prefix" # nothing installed may remember where it was put first
prefix=$work/prefix
if grep -rIl -e "$build" -e "$work/first" "$prefix" --include='*.cmake' --include='*.pc'; then
	echo "install: these files name the build folder or the first prefix"
	exit 1
fi

pc=$(find "$prefix" -name stet.pc)
export PKG_CONFIG_PATH=${pc%/*}
cp "$here/consumer.c" "$work/"
mode=shared static=()
if [ -z "$(find "$prefix" -name 'libstet.so')" ]; then
	mode=static static=(--static)
fi
# shellcheck disable=SC2046,SC2086 # word splitting is what pkg-config and FLAGS are for
"$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror $flags -o "$work/by-pkg-config" "$work/consumer.c" \
	$(pkg-config --cflags --libs "${static[@]}" stet) \
	-Wl,-rpath,"$(pkg-config --variable=libdir stet)"
"$work/by-pkg-config"

cp "$here/consumer.cmake" "$work/CMakeLists.txt"
cmake -S "$work" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
	-DCMAKE_C_FLAGS="$flags" >"$work/configure.log" || {
	cat "$work/configure.log"
	exit 1
}
cmake --build "$work/build" >"$work/build.log" || {
	cat "$work/build.log"
	exit 1
}
"$work/build/consumer"

installed=2
if [ -x "$prefix/bin/stet" ]; then
	"$prefix/bin/stet" --version
	installed=3
fi
echo "install: $mode, $installed programs built or run from $(find "$prefix" -type f | wc -l) files"
