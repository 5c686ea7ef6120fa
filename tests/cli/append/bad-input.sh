# shellcheck shell=bash
# Whatever is given: one clear line, the right status, nothing changed.
ledger
: >empty
unchanged stet append empty
printf ' \n\n' >blank
unchanged stet append blank
head -c 64 /bin/true >binary
unchanged stet append binary
mkdir folder
unchanged stet append folder
unchanged stet append nowhere.jsonl
unchanged stet append
printf '{"type": "record", "subject": "doi:10.1234/a", "id": "r1", "title": "Wh' >half
unchanged stet append half
printf '{"type": "record", "subject": "doi:10.1234/a", "id": "r1", "title": "One"}\n{"type": "rec' >half-line
unchanged stet append half-line
printf '{"type": "record", "subject": "doi:10.1234/a", "id": "r1", "title": "\377"}\n' >latin1
unchanged stet append latin1
printf '\357\273\277{"type": "record", "subject": "doi:10.1234/a", "id": "r1", "title": "One"}\n' >mark
unchanged stet append mark
printf '{"type": "record", "subject": "doi:10.1234/a", "id": "r1", "title": "a\\u0000b"}\n' >nul
unchanged stet append nul
printf '{"type": "record", "subject": "doi:10.1234/a", "id": "r1", "type": "record"}\n' >twice
unchanged stet append twice
echo '{' >brace
unchanged stet append brace
echo '{}' >none
unchanged stet append none
echo '{"type": "poem", "subject": "doi:10.1234/a"}' >kind
unchanged stet append kind
head -c 100000 /dev/zero | tr '\0' '[' >deep
unchanged stet append deep
printf '\322\204' >open-tag
unchanged stet append open-tag
