# shellcheck shell=bash
# Killed or out of room anywhere, no bag is there; and the next one is.
ledger
record
stet export bagit --all -o whole >/dev/null
stet export bagit --all -o whole.tar >/dev/null
try() { # OUT, what strace injects
	# A sanitizer cannot look for leaks in what is traced.
	strace -f -qq -o trace -E "ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" \
		-e "inject=$2" "$SCRATCH/bin/stet" export bagit --all -o "$1" >/dev/null 2>messages
	local status=$?
	[ ! -e "$1" ] || echo "IT IS THERE: $1 $2"
	sed 's/partial-......//' messages
	echo "$1 $2: exit $status"
}
for when in 1 3 8; do
	try bag "write:signal=KILL:when=$when" 2>/dev/null
	try bag.tar "write:signal=KILL:when=$when" 2>/dev/null
done
try bag syncfs:signal=KILL 2>/dev/null
try bag.tar fsync:signal=KILL 2>/dev/null
find . -name '*.partial-*' | sed 's/partial-.*/partial-/' | sort -u
rm -rf ./*.partial-*
for when in 1 2; do
	try bag "write:error=ENOSPC:when=$when"
	try bag.tar "write:error=ENOSPC:when=$when"
done
try bag syncfs:error=EIO
try bag.tar fsync:error=EIO
find . -name '*.partial-*'
stet export bagit --all -o bag >/dev/null && diff -r whole bag && echo 'the same bag'
