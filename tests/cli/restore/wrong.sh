# shellcheck shell=bash
ledger
record
stet export cborseq -o entries
status stet restore entries
status stet restore nowhere there
status stet restore entries there --key nowhere.key
status stet restore entries .stet
head -c -1 entries >short
status stet restore short there
(cat entries; echo x) >longer
status stet restore longer there
LC_ALL=C sed 's/A first record/A worst record/' entries >tampered
status stet restore tampered there
: >empty
status stet restore empty there
status stet restore . there
seed 9 >s9
stet key generate other --seed-file s9 -o other.key >/dev/null
status stet restore entries there --key other.key
ls
