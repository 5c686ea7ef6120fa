# shellcheck shell=bash
# What goes to registries: DataCite from a metadata artifact and from entries, Crossref what it knows.
ledger
record
status stet export crossref 10.1234/a
stet retract 10.1234/a --notice 10.1234/n --decided-by 'editor:Test Press' --occurred 2026-07-01 \
	>/dev/null
stet export crossref 10.1234/a
stet export datacite 10.1234/a
stet concern 10.1234/b --notice none --note 'doubts' >/dev/null
status stet export crossref 10.1234/b -o there.xml
stet reinstate 10.1234/a --target 6 --note 'after all' >/dev/null
status stet export crossref 10.1234/a -o there.xml
grep -c '<update ' there.xml
stet export datacite 10.1234/a | grep -c Withdrawn
cat >metadata.xml <<'XML'
<?xml version="1.0"?>
<resource xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">10.1234/a</identifier>
<creators><creator><creatorName>Group, A</creatorName></creator></creators><titles><title>As registered</title>
</titles><publisher>Press</publisher><publicationYear>2025</publicationYear><resourceType
resourceTypeGeneral="JournalArticle">Article</resourceType></resource>
XML
stet artifact 10.1234/a metadata=metadata.xml --media-type application/xml >/dev/null
stet export datacite 10.1234/a
echo '<!DOCTYPE x [<!ENTITY e SYSTEM "/etc/passwd">]><resource>&e;</resource>' >bad.xml
stet artifact 10.1234/a metadata=bad.xml --media-type application/xml >/dev/null
stet export datacite 10.1234/a | grep '<title>'
status stet export datacite --all
status stet export datacite 10.1234/a 10.1234/b
stet export datacite --all -o datacite
ls datacite
status stet export datacite --all -o datacite
status stet export datacite --all -o nowhere/datacite
stet export premis 10.1234/b | grep -c '<event>'
stet export ro-crate 10.1234/a 10.1234/b | grep -c Action
ls
