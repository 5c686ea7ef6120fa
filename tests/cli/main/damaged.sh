# shellcheck shell=bash
# A damaged database ends in a diagnosis, one line or more, and status 1 or 3; never in a death by
# signal, and never in a yes unless the page was free.
ledger
record
cp -r .stet whole
declare -A seen
judge() { # judge COMMAND...: counts its status, and complains of a signal or of silence
	local status=0
	"$@" >out 2>err || status=$?
	seen[$status]=$((${seen[$status]:-0} + 1))
	[ "$status" -le 4 ] || { echo "status $status: $*"; cat err; }
	[ -s out ] || [ "$(wc -l <err)" -eq 1 ] || { echo "not one line: $*"; cat err; }
	rm -r .stet
	cp -r whole .stet
}
size=$(stat -c %s .stet/data.mdb)
for cut in 0 1 100 4095 4096 8192 12288 $((size / 2)); do
	truncate -s "$cut" .stet/data.mdb
	judge stet verify -q
done
echo "cut short: ${seen[1]:-0} not verified, ${seen[3]:-0} could not find out, ${seen[0]:-0} verified"
seen=()
pages=0
for ((at = 0; at + 4096 <= size; at += 4096)); do # noise at the head of each page in turn
	seed $((at / 4096 + 1)) | dd of=.stet/data.mdb bs=1 seek="$at" conv=notrunc status=none
	judge stet verify -q
	seed $((at / 4096 + 1)) | dd of=.stet/data.mdb bs=1 seek="$at" conv=notrunc status=none
	judge stet show 10.1234/a
	pages=$((pages + 1))
done
[ "$pages" -gt 10 ] && [ $((${seen[1]:-0} + ${seen[3]:-0})) -gt 5 ] && echo 'damaged pages were found'
rm .stet/data.mdb
status stet stats
