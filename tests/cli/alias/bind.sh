# shellcheck shell=bash
# A second name, with the record restated as it stands with its corrections, so that none is lost.
ledger
record
stet correct 10.1234/a --set title='A corrected title' --note 'a word was missing'
stet alias 10.1234/a urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6
stet show --full SRCH:9F810E9F
later 60
stet alias --unbind 10.1234/a urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6
stet show --full 10.1234/a
unchanged stet alias 10.1234/a doi:10.1234/A
unchanged stet alias 10.1234/a
