#!/usr/bin/env bash
# schemas_current.sh ROOT ST_TABLES SCRATCH: is what was made from the tables what they make now?
set -euo pipefail
root=$1 tables=$2 scratch=$3
rm -rf "$scratch"
mkdir -p "$scratch"
"$tables" "$scratch" "$root/tests/vectors/statements"
stale=0 count=0
while read -r file; do
	count=$((count + 1))
	if ! diff -u "$root/$file" "$scratch/$file"; then
		echo "schemas_current: $file is not what the tables make; run the target update-tables"
		stale=$((stale + 1))
	fi
done < <(cd "$scratch" && find . -type f | sed 's|^\./||' | sort)
# And nothing is left over from a type that is gone.
for file in "$root"/schemas/*.cddl "$root"/schemas/*.schema.json; do
	file=${file#"$root"/}
	if ! [ -f "$scratch/$file" ] && grep -q 'Made from the tables' "$root/$file"; then
		echo "schemas_current: no table makes $file any more"
		stale=$((stale + 1))
	fi
done
echo "schemas_current: $count files, $stale stale"
[ "$count" -gt 15 ] && [ "$stale" -eq 0 ]
