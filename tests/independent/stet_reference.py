#!/usr/bin/env python3
"""stet/1 from docs/format.md alone: a second implementation, for reading and for comparing.

It shares no line with the library and needs nothing but Python's standard library, so that a
ledger can be checked on a machine that has neither a compiler nor stet:

    python3 -I -S stet_reference.py verify LEDGER.cborseq [--vkey NAME+HASH+KEY]
    python3 -I -S stet_reference.py generate DIR      write the worked examples as JSON
    python3 -I -S stet_reference.py self-test         RFC 8032, RFC 6962 and index vectors

verify prints one line and exits 0 (yes), 1 (no) or 3 (could not find out).  It judges canonical
bytes, seq, prev, prior, time order, signatures, which key may sign what, issuers, audience, ids,
and root, index, size and time of every seal.  It does not judge contents: members below the top
level, policies, `after`, whether a listed alias is bound, whether a verdict's artifacts exist.

Everything is written as the format page says it, never for speed.  The section of the page is
named above each part.  Licence: CC0-1.0, like the page.
"""
import base64
import hashlib
import os
import re
import sys
import unicodedata

sys.dont_write_bytecode = True


class Refused(Exception):
    """The bytes are not what the format asks for: the answer is no."""


class Unknown(Exception):
    """The bytes may be right, but this program cannot tell."""


def require(condition, reason):
    if not condition:
        raise Refused(reason)


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def u64be(number):
    return number.to_bytes(8, "big")


# --- Ed25519 (RFC 8032, with the strict rule of "Signatures") ------------------------------------
#
# Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z on -x^2 + y^2 = 1 + d x^2 y^2 mod P.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493  # order of the base point
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def point_add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_negate(p):
    return (-p[0] % P, p[1], p[2], -p[3] % P)


def point_multiply(scalar, p):
    result = IDENTITY
    for bit in bin(scalar)[2:]:
        result = point_add(result, result)
        if bit == "1":
            result = point_add(result, p)
    return result


def point_encode(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_decode(encoded):
    """The point, or None if the 32 bytes are not the one encoding of a point."""
    number = int.from_bytes(encoded, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        return None
    x_squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    if (x * x - x_squared) % P != 0:
        x = x * SQRT_MINUS_1 % P
    if (x * x - x_squared) % P != 0 or (x == 0 and sign == 1):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def is_identity(p):
    return p[0] % P == 0 and (p[1] - p[2]) % P == 0


def has_small_order(p):
    return is_identity(point_multiply(8, p))


BASE = point_decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
BASE_DOUBLED = [BASE]  # 2^i times the base point: nearly all time goes into multiples of it
while len(BASE_DOUBLED) < 255:
    BASE_DOUBLED.append(point_add(BASE_DOUBLED[-1], BASE_DOUBLED[-1]))


def base_multiply(scalar):
    result = IDENTITY
    for i, doubled in enumerate(BASE_DOUBLED):
        if scalar >> i & 1:
            result = point_add(result, doubled)
    return result


def secret_scalar(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & ((1 << 254) - 8) | 1 << 254, digest[32:]


def public_key(seed):
    return point_encode(base_multiply(secret_scalar(seed)[0]))


def sha512_scalar(*pieces):
    return int.from_bytes(hashlib.sha512(b"".join(pieces)).digest(), "little") % L


def sign(seed, message):
    scalar, prefix = secret_scalar(seed)
    a = point_encode(base_multiply(scalar))
    nonce = sha512_scalar(prefix, message)
    r = point_encode(base_multiply(nonce))
    s = (nonce + sha512_scalar(r, a, message) * scalar) % L
    return r + s.to_bytes(32, "little")


def signature_ok(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    a_point, r_point = point_decode(key), point_decode(r)
    if s >= L or a_point is None or r_point is None:
        return False
    if has_small_order(a_point) or has_small_order(r_point):
        return False
    k = sha512_scalar(r, key, message)
    # Cofactorless: the encoding of [S]B - [k]A must equal the bytes of R.
    expected = point_add(base_multiply(s), point_negate(point_multiply(k, a_point)))
    return point_encode(expected) == r


def public_key_ok(key):
    """What a grant asks for: a canonical point of the group of prime order, not the identity."""
    point = point_decode(key)
    return point is not None and not is_identity(point) and is_identity(point_multiply(L, point))


# --- CBOR profile --------------------------------------------------------------------------------
#
# Python values: int, bytes, str, list, dict, True, False, None; and two tags.

UINT53 = 2**53 - 1
DEPTH = 16


class Hundredths:
    """4([-2, n])."""

    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return isinstance(other, Hundredths) and self.n == other.n


class Sign1:
    """18(...): a COSE_Sign1, when its items are the four of one."""

    def __init__(self, items):
        self.items = items


def text_ok(text):
    """Unicode Assignables (RFC 9839 section 4.3)."""
    for character in text:
        code = ord(character)
        control = code < 0x20 and character not in "\t\n\r" or 0x7F <= code <= 0x9F
        noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
        if control or noncharacter or 0xD800 <= code <= 0xDFFF:
            return False
    return True


def head(major, number):
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 1 << 8 * size:
            return bytes([major << 5 | extra]) + number.to_bytes(size, "big")
    raise ValueError("number beyond 64 bits")


def encode(value):
    if value is False or value is True or value is None:
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        encoded = value.encode("utf-8")
        return head(3, len(encoded)) + encoded
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, dict):
        members = sorted((encode(key), encode(item)) for key, item in value.items())
        return head(5, len(members)) + b"".join(key + item for key, item in members)
    if isinstance(value, Hundredths):
        return head(6, 4) + encode([-2, value.n])
    if isinstance(value, Sign1):
        return head(6, 18) + encode(value.items)
    raise ValueError("not a value of the profile: %r" % (value,))


class Decoder:
    """Accepts exactly what encode() writes."""

    def __init__(self, data, mixed):
        self.data, self.at, self.mixed = data, 0, mixed

    def take(self, size):
        require(self.at + size <= len(self.data), "cbor: ends inside an item")
        self.at += size
        return self.data[self.at - size : self.at]

    def head(self):
        first = self.take(1)[0]
        major, extra = first >> 5, first & 31
        if major == 7:
            require(extra in (20, 21, 22), "cbor: float, undefined or other simple value")
            return major, extra
        require(extra != 31, "cbor: indefinite length")
        require(extra < 28, "cbor: reserved head")
        if extra < 24:
            return major, extra
        size = 1 << extra - 24
        number = int.from_bytes(self.take(size), "big")
        shortest = 24 if size == 1 else 1 << 4 * size
        require(number >= shortest, "cbor: head is not the shortest")
        return major, number

    def item(self, level):
        major, number = self.head()
        if major == 0:
            require(number <= UINT53, "cbor: integer beyond 53 bits")
            return number
        if major == 1:
            require(number < UINT53, "cbor: integer beyond 53 bits")
            return -1 - number
        if major == 2:
            return self.take(number)
        if major == 3:
            try:
                text = self.take(number).decode("utf-8")
            except UnicodeDecodeError:
                raise Refused("cbor: text is not UTF-8") from None
            require(text_ok(text), "cbor: text has a character that may not be stored")
            return text
        if major == 7:
            return {20: False, 21: True, 22: None}[number]
        level += 1
        require(level <= DEPTH, "cbor: more than 16 levels")
        if major == 4:
            require(number <= len(self.data) - self.at, "cbor: ends inside an item")
            return [self.item(level) for _ in range(number)]
        if major == 5:
            return self.map(number, level)
        return self.tag(number, level)

    def map(self, count, level):
        require(2 * count <= len(self.data) - self.at, "cbor: ends inside an item")
        result, last, kinds = {}, None, set()
        for _ in range(count):
            start = self.at
            key = self.item(level)
            encoded = self.data[start : self.at]
            require(type(key) in (int, str), "cbor: map key is neither integer nor text")
            kinds.add(type(key))
            require(last is None or last < encoded, "cbor: map keys repeat or are out of order")
            last = encoded
            result[key] = self.item(level)
        mixed = self.mixed and level == 1
        require(mixed or len(kinds) < 2, "cbor: map mixes integer and text keys")
        return result

    def tag(self, number, level):
        require(number in (4, 18), "cbor: tag is neither 4 nor 18")
        value = self.item(level)
        if number == 4:
            shape = isinstance(value, list) and len(value) == 2
            require(shape and type(value[1]) is int and value[0] == -2 and type(value[0]) is int,
                    "cbor: tag 4 is not 4([-2, n])")
            return Hundredths(value[1])
        return Sign1(value)


def decode(data, mixed=False):
    decoder = Decoder(data, mixed)
    value = decoder.item(0)
    require(decoder.at == len(data), "cbor: something follows the item")
    return value


def decode_first(data, start):
    """The bytes of the item of a sequence that begins at start."""
    decoder = Decoder(data[start:], False)
    decoder.item(0)
    return data[start : start + decoder.at]


# --- Names ---------------------------------------------------------------------------------------

NAME_CHARACTERS = "A-Za-z0-9\\-._~!$&'()*+,;=:@/"
NAME = re.compile("([a-z][a-z0-9+.-]*):((?:[%s]|%%[0-9A-F]{2})+)" % NAME_CHARACTERS)
PLAIN = re.compile("[%s]" % NAME_CHARACTERS)
DOI = re.compile(r"10\.[0-9]+(\.[0-9]+)*/[^A-Z]+", re.DOTALL)
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
KEY_NAME = "urn:ietf:params:oauth:ckt:sha-256:"
SOURCE_NAME = "[a-z0-9][a-z0-9-]{0,63}"
OWN_SUBJECTS = ("stet:ledger", "stet:seal", "stet:audit")


def percent_decode(text):
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m.group(1).decode()), text.encode())
    return raw.decode()  # UnicodeDecodeError is the caller's refusal


def percent_encode(text):
    return "".join(c if PLAIN.fullmatch(c) else "".join("%%%02X" % b for b in c.encode("utf-8"))
                   for c in text)


def check_name(name):
    """Raises Refused unless name is a name in its one spelling."""
    require(3 <= len(name.encode("utf-8")) <= 1024, "name: not of 3 to 1024 bytes")
    match = NAME.fullmatch(name)
    require(match, "name: not scheme, colon and the characters of a name")
    scheme, rest = match.groups()
    for escape in re.findall("%..", rest):
        require(not PLAIN.fullmatch(chr(int(escape[1:], 16))), "name: %s needs no escape" % escape)
    try:
        decoded = percent_decode(rest)
    except UnicodeDecodeError:
        raise Refused("name: escapes are not UTF-8") from None
    require(text_ok(decoded), "name: escapes a character that may not be stored")
    if scheme == "doi":
        require(DOI.fullmatch(decoded), "name: not a DOI in lower case")
    elif scheme == "rw":
        require(re.fullmatch("0|[1-9][0-9]*", rest), "name: rw: wants a decimal number")
    elif scheme == "stet":
        require(name in OWN_SUBJECTS, "name: unknown name of stet itself")
    elif name.lower().startswith("urn:uuid:"):
        require(re.fullmatch("urn:uuid:" + UUID, name), "name: not a UUID in lower case")
    elif name.lower().startswith(KEY_NAME):
        require(name.startswith(KEY_NAME), "name: not the one spelling of a key's name")
        key_name_thumbprint(name)


def key_name(thumbprint):
    return KEY_NAME + base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")


def key_name_thumbprint(name):
    coded = name[len(KEY_NAME):]
    require(re.fullmatch("[A-Za-z0-9_-]{43}", coded), "name: not the thumbprint of a key")
    thumbprint = base64.urlsafe_b64decode(coded + "=")
    require(key_name(thumbprint) == name, "name: spare bits of the thumbprint are not zero")
    return thumbprint


BLANKS = " \t\n\v\f\r\u00a0\u200b\ufeff"
RESOLVER = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/", re.IGNORECASE)


def doi_of_input(text):
    """The plain DOI of what people paste; Refused if it is none.  ("Input", not format.)"""
    text = text.strip(BLANKS)
    try:
        check_name(text)
        if text.startswith("doi:"):
            return percent_decode(text[4:])  # a name already: what was shown can be pasted back
    except Refused:
        pass
    escaped = False
    for pattern, escapes in ((RESOLVER, True), (re.compile("info:doi/", re.I), True),
                             (re.compile("doi:", re.I), False)):
        match = pattern.match(text)
        if match:
            text, escaped = text[match.end():].lstrip(BLANKS), escapes
            break
    if escaped or re.search("%3[ce]", text, re.IGNORECASE):
        try:
            text = percent_decode(text)
        except UnicodeDecodeError:
            raise Refused("doi: escapes are not UTF-8") from None
    text = unicodedata.normalize("NFC", text)
    text = re.sub("[A-Z]", lambda m: m.group().lower(), text)
    require(text_ok(text) and DOI.fullmatch(text) and not re.search("[\t\n\r]", text),
            "doi: not a DOI")
    return text


# --- Keys and statements -------------------------------------------------------------------------

CONTENT_TYPE = "application/vnd.stet.statement+cbor"
STATEMENT_MAX = 65445
ORIGIN = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[A-Za-z0-9._~-]+)*")


def cose_key(key):
    return {1: 1, -1: 6, -2: key}


def thumbprint(key):
    return sha256(encode(cose_key(key)))


def key_of(value, what):
    x = value.get(-2) if isinstance(value, dict) else None
    require(type(x) is bytes and len(x) == 32 and encode(value) == encode(cose_key(x)),
            "%s is not an Ed25519 COSE_Key" % what)
    require(public_key_ok(x), "%s is not a key of the prime-order group" % what)
    return x


def to_be_signed(protected, payload):
    return encode(["Signature1", protected, b"", payload])


def make_statement(seed, iss, sub, iat, cti, payload, aud=None):
    claims = {1: iss, 2: sub, 6: iat, 7: cti}
    if aud is not None:
        claims[3] = aud
    protected = encode({1: -19, 3: CONTENT_TYPE, 4: thumbprint(public_key(seed)), 15: claims})
    payload = encode(payload)
    signature = sign(seed, to_be_signed(protected, payload))
    return encode(Sign1([protected, {}, payload, signature]))


class Statement:
    """A statement taken apart; raises Refused unless every byte is as the format says."""

    def __init__(self, encoded):
        require(1 <= len(encoded) <= STATEMENT_MAX, "statement: too large or empty")
        outer = decode(encoded)
        require(isinstance(outer, Sign1) and isinstance(outer.items, list)
                and len(outer.items) == 4, "statement: not a tagged COSE_Sign1")
        self.protected, unprotected, self.payload, self.signature = outer.items
        require(type(self.protected) is bytes and unprotected == {} and type(self.payload) is bytes
                and type(self.signature) is bytes and len(self.signature) == 64,
                "statement: not [bstr, {}, bstr, 64 bytes]")
        header = decode(self.protected)
        require(isinstance(header, dict) and list(header) == [1, 3, 4, 15]
                and header[1] in (-19, -8) and header[3] == CONTENT_TYPE,
                "statement: protected header is not alg, content type, kid and claims")
        self.alg, self.kid, claims = header[1], header[4], header[15]
        require(type(self.kid) is bytes and len(self.kid) == 32, "statement: kid")
        require(isinstance(claims, dict) and list(claims) in ([1, 2, 6, 7], [1, 2, 3, 6, 7]),
                "statement: claims are not iss, sub, aud, iat and cti")
        self.iss, self.sub, self.aud = claims[1], claims[2], claims.get(3)
        self.iat, self.cti = claims[6], claims[7]
        require(type(self.iss) is str and 1 <= len(self.iss.encode()) <= 256, "statement: iss")
        require(type(self.sub) is str, "statement: sub")
        check_name(self.sub)
        require(3 not in claims or type(self.aud) is str
                and re.fullmatch("stet:[0-9a-f]{64}", self.aud), "statement: aud")
        require(type(self.iat) is int and self.iat >= 0, "statement: iat")
        require(type(self.cti) is bytes and 1 <= len(self.cti) <= 64, "statement: cti")
        self.body = decode(self.payload)
        require(isinstance(self.body, dict) and type(self.body.get("type")) is str
                and type(self.body.get("v")) is int and self.body["v"] >= 0,
                "statement: payload is not a map with type and v")
        self.type = self.body["type"] if self.body["v"] == 1 else None

    def signed_by(self, key):
        return signature_ok(key, to_be_signed(self.protected, self.payload), self.signature)

    def tells(self):
        return self.sub, self.body["type"], self.payload


def id_text(cti):
    """The JSON `id` of a cti."""
    try:
        text = cti.decode("utf-8")
        if text_ok(text) and not text.startswith("0x"):
            return text
    except UnicodeDecodeError:
        pass
    return "0x" + cti.hex()


# --- Entry, tree, record index -------------------------------------------------------------------


def make_entry(seq, ms, prev, prior, statement):
    return encode([seq, ms, prev, prior, statement])


def leaf_hash(entry):
    return sha256(b"\x00", entry)


def tree_root(leaves):
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01", tree_root(leaves[:split]), tree_root(leaves[split:]))


def inclusion_path(index, leaves):
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return inclusion_path(index, leaves[:split]) + [tree_root(leaves[split:])]
    return inclusion_path(index - split, leaves[split:]) + [tree_root(leaves[:split])]


def consistency_path(size, leaves, whole=True):
    if size == len(leaves):
        return [] if whole else [tree_root(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if size <= split:
        return consistency_path(size, leaves[:split], whole) + [tree_root(leaves[split:])]
    return consistency_path(size - split, leaves[split:], False) + [tree_root(leaves[:split])]


def index_key(name):
    return sha256(b"stet/subject/1\x00", name.encode())


def index_leaf(key, count, head_leaf):
    return sha256(b"\x02", key, u64be(count), head_leaf)


def index_root(names, depth=0):
    """names: [(key, count, head leaf)], in any order."""
    if not names:
        return bytes(32)
    if len(names) == 1:
        return index_leaf(*names[0])
    sides = [], []
    for name in names:
        sides[name[0][depth // 8] >> 7 - depth % 8 & 1].append(name)
    return sha256(b"\x03", index_root(sides[0], depth + 1), index_root(sides[1], depth + 1))


# --- Notes and checkpoints -----------------------------------------------------------------------


def note_key_id(name, kind, key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4]


def make_vkey(name, key):
    return "%s+%s+%s" % (name, note_key_id(name, 1, key).hex(),
                         base64.b64encode(b"\x01" + key).decode())


def read_vkey(text):
    name, key_id, coded = (text.split("+", 2) + ["", ""])[:3]
    try:
        raw = base64.b64decode(coded, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 33 or raw[0] != 1 or make_vkey(name, raw[1:]) != text:
        raise Unknown("'%s' is not a verifier key for Ed25519" % text)
    return name, raw[1:]


def checkpoint_text(origin, size, root):
    return "%s\n%d\n%s\n" % (origin, size, base64.b64encode(root).decode())


def sign_note(text, name, seeds):
    lines = ""
    for seed in seeds:
        blob = note_key_id(name, 1, public_key(seed)) + sign(seed, text.encode())
        lines += "\u2014 %s %s\n" % (name, base64.b64encode(blob).decode())
    return text + "\n" + lines


# --- Who may sign what ("Keys and roles") --------------------------------------------------------

ROLES = ("root", "admin", "publisher", "registrar", "gate", "editor", "auditor", "observer")
MAY_SIGN = {
    "ledger": {"root"}, "policy": {"root"}, "key": {"root", "admin"}, "withhold": {"admin"},
    "record": {"publisher"}, "artifact": {"publisher", "gate"}, "claims": {"publisher"},
    "assessment": {"publisher"}, "declaration": {"publisher"}, "alias": {"publisher"},
    "correction": {"publisher", "editor"}, "doi": {"registrar"}, "verdict": {"gate"},
    "audit": {"auditor"}, "snapshot": set(),
    "endorse": {"root", "admin", "publisher", "registrar", "gate", "editor", "auditor"},
}
SCOPE = re.compile("[a-z][a-z0-9+.-]*:[%s%%]*" % NAME_CHARACTERS)
NEVER_OBSERVED = ("ledger", "policy", "key", "seal", "audit", "withhold")
NEEDS_AUD = NEVER_OBSERVED
# Top-level members of each type: required, then optional ("Members of the content types").
CONTENT = "after source occurred"
MEMBERS = {
    ("ledger", "open"): ("key root format origin profile root_issuer",
                         "contact continues organisation"),
    ("ledger", "rotate"): ("key", ""),
    ("ledger", "close"): ("reason", "successor"),
    ("key", "grant"): ("key label roles issuer", "scope until"),
    ("key", "revoke"): ("key reason", "note distrust_from"),
    ("alias", "bind"): ("record", "after source"),
    ("alias", "unbind"): ("record", "after source"),
    ("policy", None): ("values profile", ""),
    ("seal", None): ("ms root size index", ""),
    ("record", None): ("", CONTENT + " title submitted publisher question aliases manifest"),
    ("artifact", None): ("role media_type size", CONTENT + " sha256 blinded contract version name"
                         " digests"),
    ("claims", None): ("", CONTENT + " claim_record_source extracted_claim_count"
                       " verified_claim_count commitment source_grounded_claims"
                       " aggregate_claim_records per_claim_public_record_count"
                       " cross_source_corroborated_claims artifact_inspected_claims"
                       " sandbox_executed_claims independently_reproduced_claims"
                       " externally_reviewed_or_formally_verified_claims"),
    ("assessment", None): ("", CONTENT + " review_score reviewer_scores dimensions"),
    ("declaration", None): ("", CONTENT + " paper_level public_provenance_level tier"
                            " correction_state correction_count last_corrected_at"
                            " verified_claim_count reproducibility_level gate_status"
                            " report_artifact external_record claim_lineage review_method"),
    ("doi", None): ("doi", CONTENT + " agency state url concept_doi registered metadata_sha256"
                    " relations"),
    ("verdict", None): ("contract gate status", CONTENT + " gate_label kind reason computed"
                        " expected tolerance diff roles n_cases evaluated_at artifacts"),
    ("correction", None): ("nature", CONTENT + " correction_type public_note affected targets"
                           " notice decided_by reasons replacement batch"),
    ("endorse", None): ("targets", CONTENT + " note"),
    ("snapshot", None): ("source whole", "after occurred version date sha256 rows taken refused"),
    ("audit", None): ("size root index entries_sha512 tool result", "after occurred"),
    ("withhold", None): ("sha256 ground", "after occurred"),
}


def check_members(body):
    if body["type"] not in {kind for kind, _ in MEMBERS}:
        raise Unknown("type '%s' is not known here" % body["type"])
    row = MEMBERS.get((body["type"], body.get("action")))
    require(row is not None, "schema: no such action of type '%s'" % body["type"])
    required = set(row[0].split()) | {"v", "type"} | ({"action"} if "action" in body else set())
    require(required <= set(body), "schema: a required member of '%s' is missing" % body["type"])
    allowed = required | set(row[1].split())
    require(set(body) <= allowed, "schema: a member that '%s' does not have" % body["type"])


def within(key, admin):
    """All that a key may speak about lies in an admin's scope."""
    return admin.scope is None or key.scope is not None and all(map(admin.covers, key.scope))


class Grant:
    def __init__(self, key, issuer, roles, scope, until):
        self.key, self.issuer, self.roles = key, issuer, roles
        self.scope, self.until = scope, until
        self.revoked, self.distrusted_from = False, None

    def covers(self, name):
        return self.scope is None or any(name.startswith(prefix) for prefix in self.scope)


# --- Verifying a sequence of entries -------------------------------------------------------------


class Ledger:
    """The state after some entries; add() judges the next one and takes it in."""

    def __init__(self):
        self.leaves, self.names, self.ids, self.grants = [], {}, {}, {}
        self.seals, self.ledger_keys, self.entries = [], [], []
        self.ms, self.next_key, self.closing, self.unknown = 0, None, False, 0

    def add(self, encoded):
        seq = len(self.leaves)
        entry = decode(encoded)
        require(isinstance(entry, list) and len(entry) == 5, "entry: not an array of five")
        number, ms, prev, prior, signed = entry
        require(type(number) is int and type(ms) is int and ms >= 0 and type(prev) is bytes
                and len(prev) == 32 and (prior is None or type(prior) is bytes and len(prior) == 32)
                and type(signed) is bytes, "entry: not [seq, ms, prev, prior, signed]")
        require(number == seq, "entry: seq is %s" % number)
        require(prev == (self.leaves[-1] if seq else bytes(32)), "entry: prev is another hash")
        require(ms >= self.ms, "entry: time goes back")
        statement = Statement(signed)
        require(statement.sub in self.names or prior is None, "entry: prior of a new name")
        require(prior == self.names.get(statement.sub, (0, None))[1], "entry: prior differs")
        require(statement.iat * 1000 <= ms + 300000, "statement: signed in the future")
        if seq == 0:
            self.open(statement)
        else:
            self.admit(statement, seq, ms)
        leaf = leaf_hash(encoded)
        self.leaves.append(leaf)
        self.names[statement.sub] = (self.names.get(statement.sub, (0, None))[0] + 1, leaf)
        self.ids[statement.iss, statement.cti] = seq
        self.entries.append(statement)
        self.ms = ms
        if seq == 0:
            self.ledger_id = "stet:" + leaf.hex()

    def open(self, statement):
        """Entry 0: the ledger key signs a map that names it and the first root key."""
        body = statement.body
        if statement.type is None or body.get("format", "stet/1") != "stet/1":
            raise Unknown("entry 0: format '%s' is not known here" % body.get("format"))
        require(statement.type == "ledger" and body.get("action") == "open",
                "entry 0: does not open a ledger")
        check_members(body)
        key, root = key_of(body["key"], "ledger key"), key_of(body["root"], "root key")
        self.origin = body["origin"]
        require(type(self.origin) is str and len(self.origin) <= 255
                and ORIGIN.fullmatch(self.origin), "entry 0: origin")
        require(type(body["root_issuer"]) is str and 1 <= len(body["root_issuer"].encode()) <= 256
                and body["root_issuer"] != self.origin, "entry 0: root issuer")
        require(statement.sub == "stet:ledger" and statement.aud is None
                and statement.iss == self.origin, "entry 0: subject, audience or issuer")
        require(key != root, "entry 0: ledger key and root key are one")
        require(statement.kid == thumbprint(key) and statement.signed_by(key),
                "signature: entry 0 is not signed by its ledger key")
        self.ledger_keys.append(key)
        self.grants[thumbprint(root)] = Grant(root, body["root_issuer"], {"root"}, None, None)

    def admit(self, statement, seq, ms):
        body, sealing = statement.body, statement.body["type"] == "seal"
        require(self.closing != "closed", "ledger: closed")
        require(sealing or not (self.next_key or self.closing), "ledger: only its seal may follow")
        require(statement.aud in (None, self.ledger_id), "statement: of another ledger")
        require(statement.aud is not None or body["type"] not in NEEDS_AUD, "statement: wants aud")
        earlier = self.ids.get((statement.iss, statement.cti))
        require(earlier is None or self.distrusted(earlier), "statement: this id stands already")
        if sealing:
            self.seal(statement, seq, ms)
            return
        grant = self.grants.get(statement.kid)
        require(grant is not None, "signer: unknown")
        require(not grant.revoked, "signer: revoked")
        require(grant.until is None or ms < grant.until, "signer: expired")
        require(statement.iss == grant.issuer, "signer: another issuer")
        require(statement.signed_by(grant.key), "signature: does not verify")
        try:
            if statement.type is None:
                raise Unknown("version %d of '%s' is not known here" % (body["v"], body["type"]))
            check_members(body)
        except Unknown:
            # No role of this profile can be judged; what changes who may sign cannot be skipped.
            if body["type"] in ("ledger", "key"):
                raise
            self.unknown += 1
            return
        self.judge(statement, grant, seq)
        if statement.type == "key":
            self.change_key(statement, grant, seq)
        if statement.type == "ledger":
            self.change_ledger(body)

    def distrusted(self, seq):
        grant = self.grants.get(self.entries[seq].kid)
        return grant is not None and grant.distrusted_from is not None and \
            grant.distrusted_from <= seq

    def judge(self, statement, grant, seq):
        kind, sub, body = statement.type, statement.sub, statement.body
        source = body.get("source")
        if "source" in body:
            require(kind not in NEVER_OBSERVED, "role: '%s' cannot be observed" % kind)
            require("observer" in grant.roles, "role: an observation by a key that is no observer")
            require(isinstance(source, dict) and type(source.get("name")) is str
                    and re.fullmatch(SOURCE_NAME, source["name"]), "schema: source.name")
        elif kind == "key" and body["action"] == "revoke" and sub == key_name(statement.kid):
            pass  # a key may always revoke itself
        else:
            require(self.may_sign(kind, sub) & grant.roles, "role: may not sign '%s'" % kind)
        if kind == "endorse":
            self.judge_endorsement(statement, grant)
        own = {"ledger": "stet:ledger", "policy": "stet:ledger", "audit": "stet:audit"}
        if kind == "key":
            require(isinstance(body["key"], dict) and type(body["key"].get(-2)) is bytes
                    and sub == key_name(thumbprint(body["key"][-2])), "subject: of another key")
        elif kind in own:
            require(sub == own[kind], "subject: '%s' is about %s" % (kind, own[kind]))
        else:
            require(sub not in OWN_SUBJECTS and not sub.startswith(KEY_NAME), "subject: reserved")
            require(sub.startswith("source:") == (kind == "snapshot"), "subject: source")
            require(kind != "snapshot" or sub == "source:" + source["name"], "subject: source")
            require(source is not None or grant.covers(sub), "signer: out of scope")

    @staticmethod
    def may_sign(kind, sub):
        more = {"registrar"} if kind == "alias" and sub.startswith("doi:") else set()
        return MAY_SIGN[kind] | more

    def judge_endorsement(self, statement, grant):
        targets = statement.body["targets"]
        require(isinstance(targets, list) and targets, "schema: targets")
        for target in targets:
            require(target in self.leaves, "endorse: names no earlier entry")
            about = self.entries[self.leaves.index(target)]
            require(about.sub == statement.sub, "endorse: an entry about another name")
            if "source" not in statement.body:
                roles = self.may_sign(about.type, about.sub) if about.type in MAY_SIGN else set()
                require(roles & grant.roles, "role: may not endorse what it may not sign")

    def change_key(self, statement, signer, seq):
        body, key = statement.body, key_of(statement.body["key"], "key")
        kid = thumbprint(key)
        old = self.grants.get(kid)
        require(key not in self.ledger_keys, "key: a ledger key holds no role")
        if body["action"] == "grant":
            self.grants[kid] = self.granted(body, key, old, signer)
        else:
            self.revoke(body, old, signer, seq)
        require(any("root" in grant.roles and not grant.revoked for grant in self.grants.values()),
                "key: no root key would be left")

    def granted(self, body, key, old, signer):
        roles, scope, issuer = body["roles"], body.get("scope"), body["issuer"]
        held = old.roles if old is not None else set()
        require(ascending(roles) and set(roles) <= set(ROLES), "key: roles")
        require("scope" not in body or ascending(scope) and all(map(SCOPE.fullmatch, scope)) and
                all(prefix.endswith("/") for prefix in scope if prefix.startswith("doi:")),
                "key: scope")
        require("until" not in body or type(body["until"]) is int and body["until"] >= 0
                and "root" not in roles, "key: until")
        require(type(issuer) is str and 1 <= len(issuer.encode()) <= 256 and issuer != self.origin,
                "key: issuer")
        require(old is None or not old.revoked, "key: revoked, which is final")
        require(old is None or old.issuer == issuer, "key: another issuer")
        if "root" not in signer.roles:
            require(not {"root", "admin"} & (held | set(roles)), "key: for a root key to grant")
            require(signer.scope is None or scope is not None and all(map(signer.covers, scope)),
                    "key: scope outside the admin's")
            require(old is None or within(old, signer), "key: its scope is outside the admin's")
        return Grant(key, issuer, set(roles), scope, body.get("until"))

    def revoke(self, body, old, signer, seq):
        require(old is not None, "key: revokes a key without a grant")
        require(body["reason"] in ("lost", "stolen", "retired"), "key: reason")
        if "distrust_from" in body:
            distrust = body["distrust_from"]
            require("root" in signer.roles and body["reason"] == "stolen" and type(distrust) is int
                    and 0 <= distrust <= seq, "key: distrust_from")
            if old.distrusted_from is None or distrust < old.distrusted_from:
                old.distrusted_from = distrust
        else:
            require(not old.revoked, "key: revoked already")
        require("root" in signer.roles or old is signer or not {"root", "admin"} & old.roles,
                "key: for a root key to revoke")
        require("root" in signer.roles or old is signer or within(old, signer),
                "key: its scope is outside the admin's")
        old.revoked = True

    def change_ledger(self, body):
        require(body["action"] != "open", "ledger: opened twice")
        if body["action"] == "close":
            self.closing = True
            return
        key = key_of(body["key"], "ledger key")
        require(key not in self.ledger_keys and thumbprint(key) not in self.grants,
                "ledger: this key has a place already")
        self.next_key = key

    def seal(self, statement, seq, ms):
        body, key = statement.body, self.ledger_keys[-1]
        if statement.type is None:
            raise Unknown("version %d of a seal is not known here" % body["v"])
        check_members(body)
        require(statement.sub == "stet:seal" and statement.iss == self.origin
                and statement.cti == u64be(seq), "seal: subject, issuer or id")
        require(statement.kid == thumbprint(key) and statement.signed_by(key),
                "signature: not sealed by the ledger key")
        names = [(index_key(name), *head) for name, head in self.names.items()
                 if name != "stet:seal"]
        require(type(body["size"]) is int and body["size"] == seq, "seal: size is not its seq")
        require(type(body["ms"]) is int and body["ms"] == ms, "seal: time is not its entry's")
        require(body["root"] == tree_root(self.leaves), "seal: tree root differs")
        require(body["index"] == index_root(names), "seal: index root differs")
        self.seals.append(seq)
        if self.next_key is not None:  # the old key has signed its own end
            self.ledger_keys.append(self.next_key)
            self.next_key = None
        if self.closing:
            self.closing = "closed"


def ascending(texts):
    """A list of texts that has an order: bytewise ascending, no repeats, not empty."""
    return (isinstance(texts, list) and texts != [] and set(map(type, texts)) == {str}
            and texts == sorted(set(texts), key=str.encode))


def verify(data, vkey=None):
    """Judges the bytes of a CBOR sequence of entries; returns the Ledger, or raises."""
    ledger, at = Ledger(), 0
    if not data:
        raise Unknown("no entry here")
    while at < len(data):
        try:
            entry = decode_first(data, at)
            ledger.add(entry)
        except (Refused, Unknown) as reason:
            raise type(reason)("entry %d: %s" % (len(ledger.leaves), reason)) from None
        at += len(entry)
    size = len(ledger.leaves)
    last = ledger.seals[-1] if ledger.seals else -1
    require(last == size - 1, "entries %d to %d stand behind no seal" % (last + 1, size - 1))
    if vkey is not None:
        name, key = read_vkey(vkey)
        require(name == ledger.origin and key in ledger.ledger_keys,
                "the ledger '%s' has no such ledger key" % ledger.origin)
    if ledger.unknown:
        raise Unknown("%d of %d entries are of a type not known here; all else holds"
                      % (ledger.unknown, size))
    return ledger


def verify_file(path, vkey):
    try:
        with open(path, "rb") as file:
            ledger = verify(file.read(), vkey)
    except OSError as error:
        print("could not find out: %s" % error)
        return 3
    except Unknown as reason:
        print("could not find out: %s" % reason)
        return 3
    except Refused as reason:
        print("no: %s" % reason)
        return 1
    print("yes: '%s', %d entries, %d seals, %d names, root %s%s" % (
        ledger.origin, len(ledger.leaves), len(ledger.seals), len(ledger.names),
        tree_root(ledger.leaves).hex(), "" if vkey else ", by the key it names itself"))
    return 0


def main(arguments):
    command = arguments[:1]
    if command == ["verify"] and (len(arguments) == 2 or len(arguments) == 4 and
                                  arguments[2] == "--vkey"):
        return verify_file(arguments[1], arguments[3] if len(arguments) == 4 else None)
    if command in (["generate"], ["self-test"]) and len(arguments) == 1 + (command == ["generate"]):
        sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
        import stet_examples
        return stet_examples.main(arguments)
    print(__doc__.strip(), file=sys.stderr)
    return 2


if __name__ == "__main__":
    # stet_examples imports this file by name; one module, not two copies of its classes.
    sys.modules["stet_reference"] = sys.modules["__main__"]
    sys.exit(main(sys.argv[1:]))
