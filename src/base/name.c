/* Names: one spelling for what an entry is about, and the way there from what people paste. */
#include "base/name.h"

#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"

#define UUID_SIZE 36
#define UUID_PREFIX "urn:uuid:"
#define THUMBPRINT_SIZE 43 /* 32 bytes in base64url */

static int
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static int
is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static uint8_t
to_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* The characters that stand for themselves in a name; every other byte is %XX. */
static int
is_plain(uint8_t c)
{
	return is_digit(c) || is_lower(to_lower(c)) || (c != 0 && strchr("-._~!$&'()*+,;=:@/", c));
}

static int
has_prefix(stet_bytes text, const char *prefix)
{
	size_t size = strlen(prefix);

	return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

/* 1 if text begins with the lower-case prefix in any case, which is then taken. */
static int
take_prefix(stet_bytes *text, const char *prefix)
{
	size_t size = strlen(prefix), i;

	if (text->size < size)
		return 0;
	for (i = 0; i < size; i++)
		if (to_lower(text->data[i]) != (uint8_t)prefix[i])
			return 0;
	text->data += size;
	text->size -= size;
	return 1;
}

/* --- the format ---------------------------------------------------------------------------- */

static int
malformed(stet_error *err, stet_bytes name, const char *why)
{
	char shown[ST_SHOWN_SIZE];

	return st_fail(
	    err, STET_EFORMAT, ST_NAME_MALFORMED, "name '%s' %s", st_shown(name, shown), why);
}

/* The value of an upper-case hex digit, or -1: %3c would be a second spelling of %3C. */
static int
upper_hex(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One byte of the decoded rest. Returns how many bytes of text it took, 0 if they are malformed. */
static size_t
decode_byte(stet_bytes text, size_t at, uint8_t *byte_out)
{
	int high, low;

	if (is_plain(text.data[at])) {
		*byte_out = text.data[at];
		return 1;
	}
	if (text.data[at] != '%' || text.size - at < 3)
		return 0;
	high = upper_hex(text.data[at + 1]);
	low = upper_hex(text.data[at + 2]);
	if (high < 0 || low < 0)
		return 0;
	*byte_out = (uint8_t)(high << 4 | low);
	return is_plain(*byte_out) ? 0 : 3;
}

/* Decodes into out, which has room for ST_NAME_MAX bytes. 0, or -1 if it has another spelling. */
static int
decode_rest(stet_bytes rest, uint8_t *out, stet_bytes *decoded_out)
{
	size_t at = 0, size = 0, taken;

	while (at < rest.size) {
		taken = decode_byte(rest, at, &out[size]);
		if (taken == 0)
			return -1;
		at += taken;
		size++;
	}
	decoded_out->data = out;
	decoded_out->size = size;
	return 0;
}

int
st_doi_ok(stet_bytes doi)
{
	size_t at = 3, i;

	if (!has_prefix(doi, "10.") || !st_text_ok(doi))
		return 0;
	/* One run of digits, or several with dots between. */
	for (;;) {
		size_t from = at;

		while (at < doi.size && is_digit(doi.data[at]))
			at++;
		if (at == from || at == doi.size)
			return 0;
		if (doi.data[at++] == '/')
			break;
		if (doi.data[at - 1] != '.')
			return 0;
	}
	for (i = at; i < doi.size; i++)
		if (doi.data[i] >= 'A' && doi.data[i] <= 'Z')
			return 0;
	return at < doi.size;
}

static int
is_uuid(stet_bytes text)
{
	size_t i;

	if (text.size != UUID_SIZE)
		return 0;
	for (i = 0; i < UUID_SIZE; i++) {
		uint8_t c = text.data[i];

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (c != '-')
				return 0;
		} else if (!is_digit(c) && !(c >= 'a' && c <= 'f'))
			return 0;
	}
	return 1;
}

static int
is_decimal(stet_bytes text)
{
	size_t i;

	if (text.size == 0 || (text.data[0] == '0' && text.size > 1))
		return 0;
	for (i = 0; i < text.size; i++)
		if (!is_digit(text.data[i]))
			return 0;
	return 1;
}

static int
is_thumbprint(stet_bytes text)
{
	static const char last[] = "AEIMQUYcgkosw048"; /* the two spare bits are zero */
	size_t i;

	if (text.size != THUMBPRINT_SIZE)
		return 0;
	for (i = 0; i < THUMBPRINT_SIZE; i++) {
		uint8_t c = text.data[i];

		if (!is_digit(c) && !is_lower(to_lower(c)) && c != '-' && c != '_')
			return 0;
	}
	return strchr(last, text.data[THUMBPRINT_SIZE - 1]) != NULL;
}

int
st_name_is_doi(stet_bytes name)
{
	return has_prefix(name, "doi:");
}

int
st_name_is_key(stet_bytes name)
{
	return has_prefix(name, ST_KEY_NAME_PREFIX);
}

int
st_name_is_reserved(stet_bytes name)
{
	return st_bytes_equal(name, st_str("stet:ledger")) ||
	       st_bytes_equal(name, st_str("stet:seal")) ||
	       st_bytes_equal(name, st_str("stet:audit"));
}

static stet_bytes
after(stet_bytes text, size_t size)
{
	stet_bytes rest = {text.data + size, text.size - size};

	return rest;
}

/* The rules of single schemes: NULL, or what is wrong.  The prefixes of urn: names are compared
 * without case first, because URN:UUID: and urn:UUID: mean the same to everybody else: only the one
 * spelling is let through. */
static const char *
scheme_fault(stet_bytes name, stet_bytes decoded)
{
	stet_bytes rest = name;

	if (st_name_is_doi(name))
		return st_doi_ok(decoded) ? NULL
					  : "is not a DOI (10.NUMBER/SUFFIX, without capitals)";
	if (has_prefix(name, "stet:"))
		return st_name_is_reserved(name)
			   ? NULL
			   : "is not one of stet:ledger, stet:seal and stet:audit";
	if (has_prefix(name, "rw:"))
		return is_decimal(after(name, 3)) ? NULL : "is not a number without leading zeros";
	if (take_prefix(&rest, UUID_PREFIX))
		return has_prefix(name, UUID_PREFIX) && is_uuid(rest)
			   ? NULL
			   : "is not urn:uuid: and a UUID in lower case";
	if (take_prefix(&rest, ST_KEY_NAME_PREFIX))
		return st_name_is_key(name) && is_thumbprint(rest)
			   ? NULL
			   : "is not a key thumbprint of 43 base64url characters";
	return NULL;
}

/* The size of `scheme:`, or 0. */
static size_t
scheme_size(stet_bytes name)
{
	size_t i;

	for (i = 0; i < name.size; i++) {
		uint8_t c = name.data[i];

		if (c == ':')
			return i == 0 ? 0 : i + 1;
		if (!is_lower(c) && (i == 0 || (!is_digit(c) && c != '+' && c != '-' && c != '.')))
			return 0;
	}
	return 0;
}

int
st_name_check(stet_bytes name, stet_error *err)
{
	uint8_t buf[ST_NAME_MAX];
	stet_bytes decoded;
	const char *fault;
	size_t scheme;

	if (name.size < ST_NAME_MIN || name.size > ST_NAME_MAX)
		return st_fail(err, STET_EFORMAT, ST_NAME_MALFORMED,
		    "name of %zu bytes is not between %d and %d bytes long", name.size, ST_NAME_MIN,
		    ST_NAME_MAX);
	scheme = scheme_size(name);
	if (scheme == 0)
		return malformed(err, name, "does not begin with a scheme in lower case and ':'");
	if (scheme == name.size)
		return malformed(err, name, "has nothing after its scheme");
	if (decode_rest(after(name, scheme), buf, &decoded) < 0)
		return malformed(err, name, "has a character or %-escape with another spelling");
	if (!st_text_ok(decoded))
		return malformed(err, name, "has escapes that are not text");
	fault = scheme_fault(name, decoded);
	return fault == NULL ? STET_OK : malformed(err, name, fault);
}

size_t
st_doi_name_size(stet_bytes doi)
{
	size_t size = strlen("doi:"), i;

	for (i = 0; i < doi.size; i++)
		size += is_plain(doi.data[i]) ? 1 : 3;
	return size;
}

static void
put_encoded(struct st_buf *out, stet_bytes text)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		char escape[3] = {'%', digits[c >> 4], digits[c & 15]};

		if (is_plain(c))
			st_buf_put_u8(out, c);
		else
			st_buf_put(out, escape, sizeof(escape));
	}
}

int
st_name_from_doi(stet_bytes doi, struct st_buf *name_out, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	size_t before = name_out->size;

	if (!st_doi_ok(doi))
		return st_fail(err, STET_EFORMAT, ST_NAME_MALFORMED,
		    "'%s' is not a DOI (10.NUMBER/SUFFIX)", st_shown(doi, shown));
	st_buf_put_str(name_out, "doi:");
	put_encoded(name_out, doi);
	if (name_out->rc != STET_OK)
		return st_fail_nomem(err);
	if (name_out->size - before > ST_NAME_MAX) {
		name_out->size = before;
		return st_fail(err, STET_EFORMAT, ST_NAME_MALFORMED,
		    "DOI '%s' is longer than %d bytes as a name", st_shown(doi, shown),
		    ST_NAME_MAX);
	}
	return STET_OK;
}

int
st_name_to_doi(stet_bytes name, struct st_buf *doi_out, stet_error *err)
{
	uint8_t buf[ST_NAME_MAX];
	stet_bytes doi;
	int rc;

	if ((rc = st_name_check(name, err)) < 0)
		return rc;
	if (!st_name_is_doi(name))
		return malformed(err, name, "is not a DOI");
	if (decode_rest(after(name, 4), buf, &doi) < 0)
		return malformed(err, name, "is not a DOI");
	st_buf_put_bytes(doi_out, doi);
	return doi_out->rc == STET_OK ? STET_OK : st_fail_nomem(err);
}

/* --- what people paste --------------------------------------------------------------------- */

/* White space and the invisible characters that come along when text is copied from a page: U+00A0,
 * U+200B, U+FEFF. Returns the size of one of them at either end, or 0. */
static size_t
blank_size(stet_bytes text, int at_end)
{
	static const char *const blanks[] = {
	    " ", "\t", "\n", "\v", "\f", "\r", "\xc2\xa0", "\xe2\x80\x8b", "\xef\xbb\xbf"};
	size_t i;

	for (i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		size_t size = strlen(blanks[i]);

		if (text.size >= size &&
		    memcmp(text.data + (at_end ? text.size - size : 0), blanks[i], size) == 0)
			return size;
	}
	return 0;
}

static stet_bytes
trim(stet_bytes text)
{
	size_t size;

	while ((size = blank_size(text, 0)) > 0)
		text = after(text, size);
	while ((size = blank_size(text, 1)) > 0)
		text.size -= size;
	return text;
}

static int
any_hex(uint8_t c)
{
	return is_digit(c)                                ? c - '0'
	       : to_lower(c) >= 'a' && to_lower(c) <= 'f' ? to_lower(c) - 'a' + 10
							  : -1;
}

static int
has_escaped_bracket(stet_bytes text)
{
	size_t i;

	for (i = 0; i + 2 < text.size; i++)
		if (text.data[i] == '%' && text.data[i + 1] == '3' &&
		    (to_lower(text.data[i + 2]) == 'c' || to_lower(text.data[i + 2]) == 'e'))
			return 1;
	return 0;
}

/* Once, not until nothing is left to decode: a DOI may hold a per cent sign. A sign that escapes
 * nothing stands for itself. */
static void
put_decoded(struct st_buf *out, stet_bytes text)
{
	size_t i;

	for (i = 0; i < text.size; i++) {
		int high = -1, low = -1;

		if (text.data[i] == '%' && text.size - i > 2) {
			high = any_hex(text.data[i + 1]);
			low = any_hex(text.data[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			st_buf_put_u8(out, (uint8_t)(high << 4 | low));
			i += 2;
		} else
			st_buf_put_u8(out, text.data[i]);
	}
}

/* 1 if the text began with the address of a DOI resolver, with or without http(s), which is then
 * taken. */
static int
take_resolver(stet_bytes *text)
{
	static const char *const hosts[] = {"doi.org/", "dx.doi.org/", "www.doi.org/"};
	stet_bytes rest = *text;
	size_t i;

	if (!take_prefix(&rest, "https://"))
		take_prefix(&rest, "http://");
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (take_prefix(&rest, hosts[i])) {
			*text = rest;
			return 1;
		}
	return 0;
}

/* 1 if the text begins like a DOI in one of its dresses, or in several (doi:https://doi.org/10...);
 * these are taken. */
static int
take_doi(stet_bytes *text, int *is_address_out)
{
	stet_bytes rest = *text;
	int dressed = 0;

	*is_address_out = 0;
	for (;; dressed = 1) {
		if (take_prefix(&rest, "doi:"))
			rest = trim(rest);
		else if (take_prefix(&rest, "info:doi/") || take_resolver(&rest))
			*is_address_out = 1;
		else
			break;
	}
	if (!dressed && !has_prefix(rest, "10."))
		return 0;
	*text = rest;
	return 1;
}

static int
has_line_break(stet_bytes text)
{
	return text.size > 0 && (memchr(text.data, '\n', text.size) != NULL ||
				    memchr(text.data, '\r', text.size) != NULL ||
				    memchr(text.data, '\t', text.size) != NULL);
}

static int
parse_doi(stet_bytes text, int is_address, struct st_buf *name_out, stet_error *err)
{
	struct st_buf decoded = {0}, doi = {0};
	size_t i;
	int rc;

	if (is_address || has_escaped_bracket(text))
		put_decoded(&decoded, text);
	else
		st_buf_put_bytes(&decoded, text);
	if (decoded.rc != STET_OK) {
		rc = st_fail_nomem(err);
		goto done;
	}
	if ((rc = st_text_nfc(st_buf_bytes(&decoded), &doi, err)) < 0)
		goto done;
	for (i = 0; i < doi.size; i++)
		doi.data[i] = to_lower(doi.data[i]);
	if (has_line_break(st_buf_bytes(&doi)))
		rc = st_fail(err, STET_EFORMAT, ST_NAME_MALFORMED,
		    "a DOI on several lines or in several columns");
	else
		rc = st_name_from_doi(st_buf_bytes(&doi), name_out, err);
done:
	st_buf_free(&decoded);
	st_buf_free(&doi);
	return rc;
}

/* The last segment of an address, without query, fragment and final slashes. */
static stet_bytes
last_segment(stet_bytes address)
{
	size_t i;

	for (i = 0; i < address.size; i++)
		if (address.data[i] == '?' || address.data[i] == '#')
			address.size = i;
	while (address.size > 0 && address.data[address.size - 1] == '/')
		address.size--;
	for (i = address.size; i > 0; i--)
		if (address.data[i - 1] == '/')
			return after(address, i);
	return address;
}

/* 1 if text is a UUID, bare, as a URN or at the end of an address; then it was written. */
static int
parse_uuid(stet_bytes text, struct st_buf *name_out)
{
	uint8_t uuid[UUID_SIZE];
	stet_bytes lower = {uuid, UUID_SIZE}, rest = text;
	size_t i;

	if (take_prefix(&rest, "http://") || take_prefix(&rest, "https://"))
		text = last_segment(rest);
	else
		take_prefix(&text, UUID_PREFIX);
	if (text.size != UUID_SIZE)
		return 0;
	for (i = 0; i < UUID_SIZE; i++)
		uuid[i] = to_lower(text.data[i]);
	if (!is_uuid(lower))
		return 0;
	st_buf_put_str(name_out, UUID_PREFIX);
	st_buf_put_bytes(name_out, lower);
	return 1;
}

/* 1 if text is eight hexadecimal digits. */
static int
parse_prefix(stet_bytes text, uint32_t *prefix_out)
{
	uint32_t value = 0;
	size_t i;

	if (text.size != 8)
		return 0;
	for (i = 0; i < 8; i++) {
		int digit = any_hex(text.data[i]);

		if (digit < 0)
			return 0;
		value = value << 4 | (uint32_t)digit;
	}
	*prefix_out = value;
	return 1;
}

/* A name of another scheme; the scheme alone is folded, since it never carries meaning in its case
 * (RFC 3986, section 3.1). */
static int
parse_other(stet_bytes text, struct st_buf *name_out, stet_error *err)
{
	uint8_t name[ST_NAME_MAX];
	stet_bytes folded = {name, text.size};
	size_t i;
	int rc;

	if (text.size > ST_NAME_MAX)
		return st_name_check(text, err);
	for (i = 0; i < text.size; i++)
		name[i] = text.data[i];
	for (i = 0; i < text.size && name[i] != ':'; i++)
		name[i] = to_lower(name[i]);
	if ((rc = st_name_check(folded, err)) < 0)
		return rc;
	st_buf_put_bytes(name_out, folded);
	return STET_OK;
}

static int
finish(const struct st_buf *name, stet_error *err)
{
	return name->rc == STET_OK ? STET_OK : st_fail_nomem(err);
}

static int
no_identifier(stet_bytes text, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];

	return st_fail(err, STET_EFORMAT, ST_NAME_MALFORMED,
	    "'%s' is not an identifier: not a DOI, a UUID, eight digits of one or SCHEME:NAME",
	    st_shown(text, shown));
}

int
st_name_parse(stet_bytes text, struct st_buf *name_out, uint32_t *prefix_out, stet_error *err)
{
	stet_bytes rest;
	int is_address, rc;

	text = trim(text);
	rest = text;
	/* A doi: name that is one already stays as it is: what was shown can be pasted back. */
	if (st_name_is_doi(text) && st_name_check(text, NULL) == STET_OK) {
		st_buf_put_bytes(name_out, text);
		return finish(name_out, err);
	}
	if (take_doi(&rest, &is_address))
		return parse_doi(rest, is_address, name_out, err);
	if (parse_uuid(text, name_out))
		return finish(name_out, err);
	if (take_prefix(&rest, "srch:"))
		return parse_prefix(trim(rest), prefix_out) ? 1 : no_identifier(text, err);
	if (parse_prefix(text, prefix_out))
		return 1;
	if (text.size == 0 || memchr(text.data, ':', text.size) == NULL)
		return no_identifier(text, err);
	if ((rc = parse_other(text, name_out, err)) < 0)
		return rc;
	return finish(name_out, err);
}
