# shellcheck shell=bash
# Concern, retraction and reinstatement: what lifts names what it lifts, and finds it where it is one.
ledger
record
stet concern 10.1234/a --notice self --note 'The data are being examined'
stet concern 10.1234/a --notice self --note 'So is the code'
unchanged stet lift 10.1234/a --note 'which?'
stet lift 10.1234/a --target 6 --note 'The data were found in order'
stet lift 10.1234/a --note 'The code too'
later 86400
stet retract 10.1234/a --notice 10.1234/notice --decided-by 'editor:Test Press' --reason 'cannot be reproduced' \
	--occurred 2026-07-01
stet reinstate 10.1234/a
stet supersede 10.1234/a --replacement 10.1234/b
stet show --full 10.1234/a
stet log 10.1234/a
