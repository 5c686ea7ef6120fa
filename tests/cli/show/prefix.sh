# shellcheck shell=bash
# Eight digits may be the beginning of several names: they are listed, and none is guessed.
ledger
stet record urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 --title One
stet record urn:uuid:9f810e9f-0000-4000-8000-000000000000 --title Two
status stet show SRCH:9F810E9F
status stet show 9f810e9f
status stet record SRCH:9F810E9F --title x
status stet log 9f810e9f-0000-4000-8000-000000000000
