# shellcheck shell=bash
# A file that cannot be read, names that are not here, options that do not go together.
ledger
record
echo one >paper.pdf
status stet verify --content paper.pdf
status stet verify --content paper.pdf 10.1234/a
status stet verify --content paper.pdf 10.1234/z
status stet verify --content paper.pdf nonsense
status stet verify --content nowhere.pdf
status stet verify --content . 10.1234/a
status stet verify --content paper.pdf --hash-only
status stet verify --content paper.pdf --at yesterday
status stet verify --content
status stet verify --content paper.pdf 10.1234/a 10.1234/b
# Blinded: the salt is not here, so it can only be said that it may be this, or by its size is not.
printf '%032d' 7 | cat - paper.pdf >salted
blinded=$(sha256sum salted | cut -d' ' -f1)
md5=$(md5sum paper.pdf | cut -d' ' -f1)
status stet append --content salted - <<END
{"type":"artifact","subject":"doi:10.1234/a","role":"document","media_type":"text/plain","size":4,"blinded":"$blinded","digests":{"md5":"$md5"}}
END
status stet verify --content paper.pdf
status stet verify --content paper.pdf 10.1234/a --json
echo two >other.pdf
status stet verify --content other.pdf 10.1234/a
echo three >longer.pdf
status stet verify --content longer.pdf 10.1234/a
# Nobody reads.
stet verify --content paper.pdf 10.1234/a | true
