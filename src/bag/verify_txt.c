/* VERIFY.txt: how to check the bag, for somebody who finds it in fifty years. */
#include <inttypes.h>
#include <string.h>

#include "bag/bag.h"
#include "base/err.h"
#include "base/hex.h"

static void
put_facts(struct st_bagging *bagging, struct st_buf *out)
{
	stet_bytes organisation = st_bag_opening(bagging, "organisation");
	char root[65], date[11];

	st_hex(bagging->checkpoint.root, 32, root);
	st_bag_date(bagging, date);
	st_buf_printf(out, "This is %s, as it stood on %s.\n",
	    bagging->records != NULL  ? "the audit trail of records of a ledger"
	    : bagging->since.size > 0 ? "what was added to the audit trail of a ledger"
				      : "the audit trail of a ledger",
	    date);
	st_buf_printf(out,
	    "\n"
	    "    ledger   %s\n"
	    "    origin   %s\n",
	    stet_ledger_id(bagging->ledger), bagging->checkpoint.origin);
	if (organisation.data != NULL)
		st_buf_printf(out, "    run by   %.*s\n", (int)organisation.size,
		    (const char *)organisation.data);
	st_buf_printf(out,
	    "    entries  %" PRIu64 "\n"
	    "    root     %s\n"
	    "    key      %s\n"
	    "\n",
	    bagging->checkpoint.size, root, bagging->vkey);
	if (bagging->since.size > 0)
		st_buf_printf(
		    out, "The first entry here is entry %" PRIu64 ".\n\n", bagging->since.size);
}

static void
put_records(const struct st_bagging *bagging, struct st_buf *out)
{
	const struct st_bag_records *records = bagging->records;
	size_t i;

	if (records == NULL)
		return;
	st_buf_put_str(out, "The records, and the folder of each:\n\n");
	for (i = 0; i < records->count; i++)
		st_buf_printf(out, "    %s\n        %s/\n", records->items[i].name,
		    records->items[i].folder + strlen("data/"));
	st_buf_put_u8(out, '\n');
}

static const char how[] =
    "It follows BagIt 1.0 (RFC 8493). Three ways to check it, each of which needs no network:\n"
    "\n"
    "1. That no file was altered, with what every Linux has. In the folder above this one:\n"
    "\n"
    "       sha512sum -c --strict --quiet manifest-sha512.txt tagmanifest-sha512.txt\n"
    "\n"
    "   No output means that all is well. This shows that the bag is as it was made, not that\n"
    "   what it says was signed: whoever can change a file can change a manifest.\n"
    "\n"
    "2. That %s, with Python 3 alone:\n"
    "\n"
    "       python3 -I -S data/verify.py --key 'KEY'\n"
    "\n"
    "   KEY is the ledger's verifier key, the line \"key\" above. Take it from somewhere else "
    "than\n"
    "   this bag: a page of whoever runs the ledger, a printed volume, another archive. It takes\n"
    "   some minutes for a large ledger.\n"
    "\n"
    "3. With the program stet, the same and more, and faster:\n"
    "\n"
    "       stet check FOLDER --key 'KEY'\n"
    "\n";

static const char means_whole[] =
    "What a yes means: the ledger key has signed that exactly these entries exist, each signed by\n"
    "the key that had the right to, and nothing was altered, removed, added or put in another\n"
    "order. It does not mean that what the entries say is true: they say who stated what, and "
    "when.\n";

/* What a stranger can check of a part. */
static const char means_records[] =
    "What a yes means: each entry here is in the ledger as it was signed, by the key that had the\n"
    "right to; and the ledger key has signed that nothing else is said about these records, up to "
    "the\n"
    "size above. It says nothing about other records, and not that the ledger told everybody the\n"
    "same: for that compare its checkpoint with one that somebody else got, or that witnesses "
    "signed.\n"
    "It does not mean that what the entries say is true: they say who stated what, and when.\n"
    "\n"
    "One record's proof can be taken out of the bag and sent to somebody, who checks it alone:\n"
    "\n"
    "       python3 -I -S data/stet_proof.py data/records/.../record.stet-proof --vkey 'KEY'\n"
    "       stet check data/records/.../record.stet-proof --key 'KEY'\n"
    "\n"
    "report.html shows people what the proof shows programs. It is a page and can be changed like\n"
    "any page; way 3 makes it again from the proof and compares.\n";

/* What a stranger can check of what was added. */
static const char means_increment[] =
    "This bag goes on from another one: it holds the entries after the checkpoint in\n"
    "ledger/since.txt, which the bag before it ended with. By itself it shows, by ways 2 and 3,\n"
    "that it holds exactly the entries between two checkpoints that the ledger key has signed, "
    "and\n"
    "both answer 3: could not find out more. With the bags before it, named in the order in which\n"
    "they were made, everything can be verified, and the ledger made again:\n"
    "\n"
    "       stet check FOLDER --after FIRST-BAG --after NEXT-BAG ... --key 'KEY'\n"
    "       stet restore FIRST-BAG NEXT-BAG ... FOLDER NEW-LEDGER\n";

static const char files_increment[] =
    "    ledger/since.txt        the checkpoint that the bag before ended with\n"
    "    ledger/consistency.json that the newer checkpoint goes on from it (RFC 9162, 2.1.4)\n";

static const char files_records[] =
    "    records.json            which records, and where the files of each are\n"
    "    records/.../record.stet-proof   all that the ledger says of the record, and the proof of "
    "it\n"
    "    records/.../report.html         the same to read and print; no network is needed\n"
    "    records/.../standing.json       the same for programs\n"
    "    ledger/records.stet-proof       the proof of all these records together\n";

static const char files_index[] =
    "    index.html, index/      every record here with where it stands, and the findings, to "
    "read\n";

static const char files[] =
    "    ledger/entries.cborseq  the entries, byte for byte as they were signed: the only truth "
    "here\n"
    "    ledger/entries.jsonl    the same to read, one on each line\n"
    "    ledger/keys.json        public keys, what each may sign, who vouched for it\n"
    "    ledger/checkpoint.txt   the signature over all entries, a C2SP signed note\n"
    "    history.csv, prov/, premis/, datacite/, ro-crate-metadata.json   as far as they are "
    "here:\n"
    "                            the same history in the formats that archives and registries "
    "read\n"
    "    artifacts/              contents that entries name, by SHA-256\n"
    "    format/format.md        every byte of the format, enough to write a reader anew\n"
    "    format/statements.md    what each type of entry says, word by word\n"
    "    format/schemas/         the same for programs\n"
    "    verify.py, stet_reference.py, stet_proof.py   the program of way 2, to be read as well as "
    "run\n";

static const char files_cosigners[] =
    "    ledger/cosigners.txt    keys of those whose lines stand below the ledger's own in it\n";

static const char how_old[] =
    "\n"
    "The folder ledger/timestamps has RFC 3161 time-stamps: the word of authorities that know\n"
    "nothing of ledgers that what they stamped existed no later than some time. A file is called\n"
    "by how many entries its checkpoint is of. What is stamped is the first three lines of that\n"
    "checkpoint. For the one in this bag, CA.pem being the authority's certificate, from\n"
    "somewhere you trust:\n"
    "\n"
    "       head -n 3 data/ledger/checkpoint.txt > text\n"
    "       openssl ts -verify -data text -in data/ledger/timestamps/FILE -token_in \\\n"
    "           -CAfile CA.pem -attime SECONDS\n"
    "       openssl ts -reply -in data/ledger/timestamps/FILE -token_in -token_out -text\n"
    "\n"
    "The last of these prints the time. SECONDS is that time in seconds since 1970 (date -d TIME\n"
    "+%s): certificates expire, and it counts whether they were valid then. Of older checkpoints\n"
    "way 3 works out the text and checks all at once, with --tsa-ca CA.pem.\n";

static void
put_left_out(const struct st_bagging *bagging, struct st_buf *out)
{
	const stet_bag_result *result = &bagging->result;

	if (result->blinded > 0)
		st_buf_printf(out,
		    "\n%" PRIu64
		    " contents are personal data, named by a digest that hides them, and "
		    "are not in the bag.\n",
		    result->blinded);
	if (result->missing > 0)
		st_buf_printf(out,
		    "\n%" PRIu64 " contents that entries name were withheld or were not held where "
		    "the bag was made.\n",
		    result->missing);
}

int
st_bag_verify_txt(struct st_bagging *bagging, stet_error *err)
{
	struct st_buf out = {0};
	int rc;

	put_facts(bagging, &out);
	put_records(bagging, &out);
	st_buf_printf(&out, how,
	    bagging->records != NULL ? "nothing of what the ledger says of these records is missing"
	    : bagging->since.size > 0
		? "the entries are those after the bag before, as far as can be told from this one"
		: "the entries are the signed ones and that none is missing");
	st_buf_put_str(&out, bagging->records != NULL  ? means_records
			     : bagging->since.size > 0 ? means_increment
						       : means_whole);
	st_buf_put_str(&out, "\nWhat is in data/:\n\n");
	st_buf_put_str(&out, bagging->records != NULL ? files_records : "");
	st_buf_put_str(&out, bagging->since.size > 0 ? files_increment : files_index);
	st_buf_put_str(&out, files);
	if (bagging->cosigners)
		st_buf_put_str(&out, files_cosigners);
	if (bagging->timestamps > 0)
		st_buf_put_str(&out, how_old);
	put_left_out(bagging, &out);
	rc = out.rc < 0 ? st_fail_nomem(err)
			: st_bag_put(bagging, "data/VERIFY.txt", st_buf_bytes(&out), err);
	st_buf_free(&out);
	return rc;
}
