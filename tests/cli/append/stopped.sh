# shellcheck shell=bash
# Asked to stop while it waits for input: at once, saying what is durable, and the same again goes on.
ledger
mkfifo pipe
stet append --keep-going pipe &
pid=$!
exec 3>pipe
printf '{"type": "record", "subject": "doi:10.1234/a", "id": "r1", "title": "One"}\n' >&3
sleep 0.3
kill -TERM "$pid"
wait "$pid"
echo "exit $?"
exec 3>&-
stet stats --json | grep -o '"entries":[0-9]*'
stet import records pipe -q &
pid=$!
exec 3>pipe
printf '[' >&3
sleep 0.3
kill -TERM "$pid"
wait "$pid"
echo "exit $?"
exec 3>&-
stet stats --json | grep -o '"entries":[0-9]*'
