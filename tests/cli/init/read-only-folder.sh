# shellcheck shell=bash
mkdir closed
chmod a-w closed
if [ "$(id -u)" = 0 ]; then # root writes everywhere: a file in the way of the folder will do
	touch closed/.stet
	stet init --origin test.example/ledger -C closed/.stet/ledger 2>/dev/null
else
	stet init --origin test.example/ledger -C closed/ledger 2>/dev/null
fi
echo "exit $?"
find "$XDG_CONFIG_HOME" -name '*.key' -printf '%f\n' 2>/dev/null
find closed -mindepth 1 ! -name .stet
