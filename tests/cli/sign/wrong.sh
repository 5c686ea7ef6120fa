# shellcheck shell=bash
ledger
mkdir desk
cd desk || exit
status stet sign
status stet sign --portable
status stet sign record 10.1234/a --title x --as working
status stet sign record 10.1234/a --title x --aud nonsense --as working
status stet sign record 10.1234/a --title x --aud stet:00 --portable
status stet sign verify 10.1234/a --portable
status stet sign record 10.1234/a --title x --portable --on proof.stet-proof
status stet sign record 10.1234/a --title x --portable
status stet sign endorse 10.1234/a --target 4 --portable --as working
status stet sign annul 10.1234/a --note x --portable --as working
status stet sign record SRCH:9F810E9F --title x --portable --as working
key desk 4
status stet sign record 10.1234/a --title x --portable --as desk
status stet sign record 10.1234/a --title x --portable --as desk --issuer https://x.example/desk -o x.stet
status stet sign record 10.1234/a --title x --portable --as working -o missing/folder/x.stet
status stet sign --help | head -n 3
ls
