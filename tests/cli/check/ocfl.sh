# shellcheck shell=bash
# OCFL objects and storage roots of others; that every fixture is judged right is for unit/ocfl.
tar --zstd -xf "$DATA/ocfl/ocfl-fixtures.tar.zst" 1.1
status stet check 1.1/good-objects/spec-ex-full
status stet check 1.1/good-objects/spec-ex-full --json
status stet check 1.1/bad-objects/E092_content_file_digest_mismatch
status stet check 1.1/bad-objects/E092_content_file_digest_mismatch --json
status stet check 1.1/warn-objects/W001_W004_W005_zero_padded_versions
status stet check 1.1/bad-objects/E003_no_decl
# nothing says that it means to be one (E003, E063)
status stet check 1.1/bad-objects/E003_E063_empty

mkdir -p root/some && echo ocfl_1.1 >root/0=ocfl_1.1
cp -r 1.1/good-objects/spec-ex-full root/some/a
cp -r 1.1/good-objects/minimal_no_content root/b
status stet check root
status stet check root --json
echo >root/some/file
echo >>root/some/a/v2/content/foo/bar.xml
status stet check root
rm root/0=* && echo ocfl_7.0 >root/0=ocfl_7.0
status stet check root
tar -cf object.tar 1.1/good-objects/spec-ex-full
status stet check object.tar
status stet check root some-id
