# shellcheck shell=bash
# A witness without a copy is shown a proof (C2SP tlog-witness).
ledger
key w1 11
log=$(stet checkpoint --vkey)
w() { stet checkpoint cosign --as w1 --name w1.example --key "$log" "$@"; }
stet checkpoint request | tee first
old=$(sed -n 4p first)
record
stet checkpoint request --old "$old" | tee second
status stet checkpoint request --old 99
status stet checkpoint request --old x
stet checkpoint request --old "$old" -o file && cmp file second
export XDG_STATE_HOME=$PWD/unused
mkdir away && cd away || exit
status w ../first # cosign-no-memory
status w ../first --first
stet checkpoint -C ../.stet >bare.note
status w bare.note # cosign-unproved
stet checkpoint request -C ../.stet --old 2 >other
status w other
grep -v "$(sed -n 2p ../second)" ../second >short
status w short # nothing leads there
status w - <../second
status w ../first # cosign-rolled-back
# what is no request
sed 's/^old .*/old 04/' ../second >bad
status w bad # request-malformed
head -n 3 ../second >bad
status w bad
{ head -n 1 ../second; echo AAAA; tail -n +2 ../second; } >bad
status w bad
: >empty
status w empty
status w nothing-here
# another history under the same name: the same keys, another entry
mkdir ../fork && cd ../fork || exit
export STET_STATE=$PWD/state
stet init --origin test.example/ledger --ledger-key "$SCRATCH/tmp/ledger.key" \
	--root-key "$XDG_CONFIG_HOME/stet/keys/root.key" \
	--working-key "$XDG_CONFIG_HOME/stet/keys/working.key" -q >/dev/null
stet record 10.1234/b --title 'Another' --publisher 'Test Press' --submitted 2026-06-30 --as working >/dev/null
stet checkpoint >fork.note
stet checkpoint request --old 2 >fork.request
STET_STATE=$SCRATCH/state
status w fork.note # cosign-forked
status w -C .stet
# the memory of the witness is damaged, or an old one was put back
cd ../away || exit
memory=$(echo "$STET_STATE"/cosigner/*/[0-9a-f][0-9a-f]*)
cp "$memory" kept
sed 's/^6$/5/' kept >"$memory"
status w ../second | sed 's/[0-9a-f]\{64\}/KID/' # cosign-memory-stale
cp kept "$memory"
w ../second >line
stet checkpoint add-cosignature -C ../.stet line --key "$(stet checkpoint cosign --as w1 --name w1.example --vkey)"
stet checkpoint -C ../.stet >cosigned.note
rm "$memory"
status w cosigned.note --first >/dev/null
rm "$memory"
status w cosigned.note
