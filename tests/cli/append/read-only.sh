# shellcheck shell=bash
# A ledger on a medium that cannot be written is read, and refuses to be appended to in one line.
ledger
record
chmod -R a-w .stet
run() { if [ "$(id -u)" = 0 ]; then setpriv --bounding-set=-all --inh-caps=-all --reuid=65534 --clear-groups "$@" 2>&1; else "$@" 2>&1; fi; }
chmod a+rx "$SCRATCH" "$SCRATCH/work" "$SCRATCH/bin"
chmod -R a+rX .stet
run stet show 10.1234/a | head -n 3 # this user cannot look into the state folder
run stet stats | head -n 2
cp "$XDG_CONFIG_HOME/stet/keys/working.key" "$SCRATCH/work/mine.key"
[ "$(id -u)" = 0 ] && chown 65534 mine.key
run stet record 10.1234/b --title 'Not here' --as ./mine.key
echo "exit $?"
chmod -R u+w .stet
stet stats --json | grep -o '"entries":[0-9]*'
