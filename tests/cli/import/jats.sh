# shellcheck shell=bash
ledger
article=$DATA/jats/elife-15743-v1.xml
status stet import jats "$article" --dry-run --json
status stet import jats "$article" --retrieved 2026-11-20
unchanged stet import jats "$article" --retrieved 2026-11-21 --json
stet show 10.7554/elife.15743
gzip -nc "$article" >packed.gz
status stet import jats packed.gz # another file with nothing new
# A retraction notice, as another article would have it.
cat >notice.xml <<'X'
<?xml version="1.0"?>
<article article-type="retraction"><front><article-meta>
<article-id pub-id-type="doi">10.5555/Notice</article-id>
<title-group><article-title>Retraction: A <italic>paper</italic></article-title></title-group>
<pub-date><day>20</day><month>6</month><year>2023</year></pub-date>
<related-article related-article-type="retracted-article" ext-link-type="doi" id="r1"
 xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="10.5555/paper"/>
</article-meta></front></article>
X
status stet import jats notice.xml
unchanged stet import jats notice.xml --json
status stet status 10.5555/paper 10.5555/notice
# what it cannot be taken from
sed 's/<article-id.*//' notice.xml >nameless.xml
unchanged stet import jats nameless.xml
head -c 300 notice.xml >half.xml
unchanged stet import jats half.xml
echo '<html><body/></html>' >page.html
unchanged stet import jats page.html
{
	echo '<!DOCTYPE article [<!ENTITY a SYSTEM "/etc/passwd">]>'
	sed -e 1d -e 's/Retraction: A/\&a;/' notice.xml
} >entity.xml
unchanged stet import jats entity.xml
unchanged stet import jats "$DATA/zenodo/record-legacy.json"
unchanged stet import jats notice.xml --whole
stet verify
