# shellcheck shell=bash
# The conformance suite of the Library of Congress: the good are accepted, the bad refused, each for
# the reason in its name.
tar --zstd -xf "$DATA/bagit/bagit-conformance-suite.tar.zst"
for bag in v*/*/*; do
	echo "$bag: $(stet check "$bag" | tail -n 1)"
done | LC_ALL=C sort
