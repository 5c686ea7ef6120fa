# shellcheck shell=bash
ledger
record
stet doi 10.1234/a --state findable --agency DataCite --registered 2026-06-30 --url https://test.example/a
stet doi 10.1234/a --doi 10.1234/version-2 --state registered --relation IsVersionOf:10.1234/a
stet show 10.1234/version-2
unchanged stet doi 10.1234/a --state somewhere
