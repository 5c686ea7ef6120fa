"""The worked examples of docs/format.md, made by stet_reference.py; and its self-test.

Every value follows from the constants below: fixed seeds, fixed times, no randomness.  The people,
papers and addresses are invented; 10.5555 is a DOI prefix for examples.  Licence: CC0-1.0.
"""
import copy
import hashlib
import json
import os
import sys

import stet_evidence as evidence
import stet_reference as stet
from stet_reference import Hundredths, Sign1, encode

LICENCE = "CC0-1.0"

# --- The example ledger --------------------------------------------------------------------------

SEEDS = {
    "ledger": bytes([1]) * 32,
    "root": bytes([2]) * 32,
    "publisher": bytes([3]) * 32,
    "observer": bytes([4]) * 32,
    "ledger-2": bytes([5]) * 32,
}
KEYS = {name: stet.public_key(seed) for name, seed in SEEDS.items()}
KIDS = {name: stet.thumbprint(key) for name, key in KEYS.items()}
KEY_NAMES = {name: stet.key_name(kid) for name, kid in KIDS.items()}
ORIGIN = "ledger.example/stet"
ISSUERS = {
    "ledger": ORIGIN,
    "ledger-2": ORIGIN,
    "root": "https://press.example/root",
    "publisher": "https://press.example/journal",
    "observer": "https://watch.example/",
}
START = 1767225600  # 2026-01-01T00:00:00Z
PAPER = "urn:uuid:7d444840-9dc0-41d1-b245-5ffdce74fad2"
DOI = "doi:10.5555/example.1"
EVIDENCE = b"computed 14295, expected 15294\n"


class Book:
    """Appends to the example ledger and keeps what each step gave."""

    def __init__(self):
        self.rows, self.leaves, self.names = [], [], {}
        self.ms, self.ledger_id, self.sealer = START * 1000, None, "ledger"

    def tick(self, seconds):
        self.ms += seconds * 1000

    def append(self, what, signer, sub, cti, payload, aud=True):
        iat = self.ms // 1000
        statement = stet.make_statement(SEEDS[signer], ISSUERS[signer], sub, iat, cti, payload,
                                        self.ledger_id if aud else None)
        prev = self.leaves[-1] if self.leaves else bytes(32)
        prior = self.names.get(sub, (0, None))[1]
        seq = len(self.leaves)
        entry = stet.make_entry(seq, self.ms, prev, prior, statement)
        leaf = stet.leaf_hash(entry)
        self.leaves.append(leaf)
        self.names[sub] = (self.names.get(sub, (0, None))[0] + 1, leaf)
        if seq == 0:
            self.ledger_id = "stet:" + leaf.hex()
        read = stet.Statement(statement)
        self.rows.append({
            "seq": seq, "what": what, "signer": signer, "sub": sub, "ms": self.ms,
            "prev": prev.hex(), "prior": prior.hex() if prior else None,
            "payload_diag": diagnostic(read.body), "payload": read.payload.hex(),
            "claims_diag": diagnostic(stet.decode(read.protected)[15]),
            "protected": read.protected.hex(),
            "to_be_signed": stet.to_be_signed(read.protected, read.payload).hex(),
            "signature": read.signature.hex(), "statement": statement.hex(), "entry": entry.hex(),
            "leaf": leaf.hex(), "root": stet.tree_root(self.leaves).hex(),
            "index": self.index().hex(), "json": json_form(read),
        })
        return leaf

    def index_rows(self):
        return sorted((stet.index_key(name), *head, name) for name, head in self.names.items()
                      if name != "stet:seal")

    def index(self):
        return stet.index_root([row[:3] for row in self.index_rows()])

    def seal(self, what="seal", index=None):
        size = len(self.leaves)
        self.append(what, self.sealer, "stet:seal", stet.u64be(size), {
            "v": 1, "type": "seal", "size": size, "ms": self.ms,
            "root": stet.tree_root(self.leaves), "index": index or self.index()})

    def cut_back(self, size):
        """The ledger as it was, to be gone on with as nobody should."""
        book = Book()
        book.rows, book.leaves, book.ledger_id = self.rows[:size], self.leaves[:size], self.ledger_id
        book.ms = book.rows[-1]["ms"]
        for row, leaf in zip(book.rows, book.leaves):
            book.names[row["sub"]] = (book.names.get(row["sub"], (0, None))[0] + 1, leaf)
        return book


def grant(name, label, roles, **more):
    return {"v": 1, "type": "key", "action": "grant", "key": stet.cose_key(KEYS[name]),
            "label": label, "issuer": ISSUERS[name], "roles": roles, **more}


def example_ledger():
    book = Book()
    book.append("open", "ledger", "stet:ledger", b"open", {
        "v": 1, "type": "ledger", "action": "open", "format": "stet/1", "origin": ORIGIN,
        "profile": "assignee-v1", "key": stet.cose_key(KEYS["ledger"]),
        "root": stet.cose_key(KEYS["root"]), "root_issuer": ISSUERS["root"],
        "organisation": "Example Press"})
    book.seal("first seal")

    book.tick(60)
    book.append("grant of the publisher's key", "root", KEY_NAMES["publisher"], b"grant-1",
                grant("publisher", "Journal of Examples, editorial desk",
                      ["editor", "gate", "publisher", "registrar"],
                      scope=["doi:10.5555/", "urn:uuid:"]))
    book.append("grant of an observer's key", "root", KEY_NAMES["observer"], b"grant-2",
                grant("observer", "Example Watch, import", ["observer"],
                      until=(START + 366 * 86400) * 1000))
    book.seal()

    book.tick(60)
    first = book.append("record", "publisher", PAPER, b"record-1", {
        "v": 1, "type": "record", "title": "On exampels", "submitted": "2025-11",
        "publisher": "Example Press", "after": None})
    book.append("alias: the DOI bound to the record", "publisher", DOI, b"alias-1",
                {"v": 1, "type": "alias", "action": "bind", "record": PAPER})
    book.append("record again, listing the alias", "publisher", PAPER, b"record-2", {
        "v": 1, "type": "record", "title": "On exampels", "submitted": "2025-11",
        "publisher": "Example Press", "aliases": [DOI], "after": first})
    book.append("assessment, with hundredths", "publisher", PAPER, bytes(range(0xA0, 0xB0)), {
        "v": 1, "type": "assessment", "review_score": Hundredths(850),
        "reviewer_scores": [Hundredths(830), Hundredths(867), Hundredths(853)],
        "dimensions": {"novelty": {"score": None, "level": "UNASSESSED"}}}, aud=False)
    book.seal()

    book.tick(3600)
    evidence = hashlib.sha256(EVIDENCE).digest()
    book.append("artifact: the evidence", "publisher", PAPER, b"artifact-1", {
        "v": 1, "type": "artifact", "role": "evidence", "media_type": "text/plain",
        "size": len(EVIDENCE), "sha256": evidence})
    book.append("verdict: falsified", "publisher", PAPER, b"verdict-1", {
        "v": 1, "type": "verdict", "contract": "gate-verdict-v1", "gate": "Gate 2",
        "kind": "sandbox", "status": "FALSIFIED", "computed": "14295", "expected": "15294",
        "tolerance": "5.0", "diff": "6.5", "artifacts": [evidence],
        "evaluated_at": "2026-01-01T01:01:58Z"})
    book.append("correction", "publisher", PAPER, b"correction-1", {
        "v": 1, "type": "correction", "nature": "correction", "correction_type": "METADATA",
        "public_note": "A slip of the pen in the title.", "affected": [
            {"path": "/record/title", "before": "On exampels", "after": "On examples"}],
        "after": book.leaves[-1]})
    book.append("observation: what a list says", "observer", DOI,
                b"example-watch:4711:correction#0", {
                    "v": 1, "type": "correction", "nature": "expression_of_concern",
                    "occurred": "2026-01-01", "source": {
                        "name": "example-watch", "id": "4711", "term": "Concern",
                        "retrieved": "2026-01-01T01:01:00Z"}}, aud=False)
    book.seal()

    book.tick(3600)
    book.append("a new ledger key", "root", "stet:ledger", b"rotate-1", {
        "v": 1, "type": "ledger", "action": "rotate", "key": stet.cose_key(KEYS["ledger-2"])})
    book.seal("the old key's last seal")
    book.sealer = "ledger-2"
    book.tick(60)
    book.seal("heartbeat, by the new key")
    return book


def checkpoint(book, size, signers):
    text = stet.checkpoint_text(ORIGIN, size, stet.tree_root(book.leaves[:size]))
    return {"size": size, "root": stet.tree_root(book.leaves[:size]).hex(), "text": text,
            "note": stet.sign_note(text, ORIGIN, [SEEDS[name] for name in signers]),
            "signers": signers}


# --- Showing -------------------------------------------------------------------------------------


def diagnostic(value):
    """CBOR diagnostic notation (RFC 8949 section 8), members in encoded order."""
    if isinstance(value, bytes):
        return "h'%s'" % value.hex()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[%s]" % ", ".join(map(diagnostic, value))
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: encode(member[0]))
        return "{%s}" % ", ".join("%s: %s" % tuple(map(diagnostic, member)) for member in members)
    if isinstance(value, Hundredths):
        return "4([-2, %d])" % value.n
    if isinstance(value, Sign1):
        return "18(%s)" % diagnostic(value.items)
    return json.dumps(value)


def json_value(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Hundredths):
        whole = value.n // 100
        return whole if value.n == 100 * whole else value.n / 100
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, dict) and 1 in value:
        return {"kty": "OKP", "crv": "Ed25519", "x": value[-2].hex()}
    if isinstance(value, dict):
        return {key: json_value(item) for key, item in value.items()}
    return value


def utc(seconds):
    days, rest = divmod(seconds, 86400)
    # Howard Hinnant's civil_from_days, for the proleptic Gregorian calendar.
    era, day = divmod(days + 719468, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    date = day - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    year += 400 * era + (month <= 2)
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % (year, month, date, rest // 3600, rest // 60 % 60,
                                             rest % 60)


def json_form(statement):
    body, result = dict(statement.body), {}
    if body["type"] == "key" and "issuer" in body:  # `issuer` in JSON is who says this
        body = {"key_issuer" if key == "issuer" else key: value for key, value in body.items()}
    common = {"type": body.pop("type"), "subject": statement.sub, "issuer": statement.iss,
              "id": stet.id_text(statement.cti), "occurred": body.pop("occurred", None),
              "source": body.pop("source", None)}
    result.update((key, value) for key, value in common.items() if value is not None)
    if "after" in body:
        result["after"] = json_value(body.pop("after"))
    result["v"] = body.pop("v")
    if statement.aud is not None:
        result["aud"] = statement.aud
    result.update((key, json_value(value)) for key, value in body.items())
    result.update(signed_at=utc(statement.iat), kid=statement.kid.hex(), alg=statement.alg)
    return result


def annotate(encoded, notes, depth=0):
    """Lines of hex with a remark; a byte string named in notes is opened as CBOR.

    notes: {path: remark}, a path being the keys and places that lead to an item."""
    lines = []

    def line(raw, level, remark):
        pieces = [raw[i : i + 24].hex() for i in range(0, len(raw), 24)]
        for number, piece in enumerate(pieces):
            lines.append(("%s%-*s # %s" % ("  " * level, 66 - 2 * level, piece, remark))
                         if number == 0 else "  " * level + piece)

    def walk(data, at, path, level):
        decoder = stet.Decoder(data, True)
        decoder.at = at
        major, number = decoder.head()
        start = decoder.at
        raw, remark = data[at:start], notes.get(path, "")
        if major in (4, 5):
            kind = "array of %d" % number if major == 4 else "map of %d" % number
            line(raw, level, "%s%s" % (remark + ": " if remark else "", kind))
            for place in range(number):
                step = place
                if major == 5:
                    key_at, decoder.at = start, start
                    step = decoder.item(0)
                    line(data[key_at : decoder.at], level + 1, diagnostic(step))
                    start = decoder.at
                start = walk(data, start, path + (step,), level + (2 if major == 5 else 1))
            return start
        if major == 6:
            line(raw, level, "tag %d%s" % (number, ", " + remark if remark else ""))
            return walk(data, start, path, level + 1)
        end = start + (number if major in (2, 3) else 0)
        if major == 2 and path in notes and notes[path].startswith("<<"):
            line(raw, level, "%s, %d bytes of CBOR" % (notes[path][2:], number))
            inner = data[start:end]
            assert walk(inner, 0, path + ("in",), level + 1) == len(inner)
            return end
        value = {0: number, 1: -1 - number, 2: None, 3: data[start:end].decode()
                 if major == 3 else None, 7: {20: False, 21: True, 22: None}.get(number)}[major]
        shown = "%d bytes" % number if major == 2 else diagnostic(value)
        line(data[at:end], level, "%s%s" % (remark + ": " if remark else "", shown))
        return end

    assert walk(encoded, 0, (), depth) == len(encoded)
    return lines


ENTRY_NOTES = {
    (): "entry", (0,): "seq", (1,): "ms", (2,): "prev", (3,): "prior", (4,): "<<signed",
    (4, "in"): "COSE_Sign1", (4, "in", 0): "<<protected header", (4, "in", 1): "unprotected header",
    (4, "in", 2): "<<payload", (4, "in", 3): "signature",
    (4, "in", 0, "in", 1): "alg, Ed25519", (4, "in", 0, "in", 3): "content type",
    (4, "in", 0, "in", 4): "kid", (4, "in", 0, "in", 15): "CWT claims",
    (4, "in", 0, "in", 15, 1): "iss", (4, "in", 0, "in", 15, 2): "sub",
    (4, "in", 0, "in", 15, 3): "aud", (4, "in", 0, "in", 15, 6): "iat",
    (4, "in", 0, "in", 15, 7): "cti",
}


# --- The files -----------------------------------------------------------------------------------


def keys_file():
    rows = []
    for name, seed in SEEDS.items():
        key = KEYS[name]
        rows.append({
            "name": name, "seed": seed.hex(), "public_key": key.hex(), "issuer": ISSUERS[name],
            "cose_key": encode(stet.cose_key(key)).hex(), "kid": KIDS[name].hex(),
            "key_name": KEY_NAMES[name], "vkey": stet.make_vkey(ORIGIN, key),
            "note_key_id": stet.note_key_id(ORIGIN, 1, key).hex()})
    label = "Journal of Examples, editorial desk"
    plain = {"format": "stet-key/1", "label": label, "issuer": ISSUERS["publisher"],
             "key": {"kty": "OKP", "crv": "Ed25519", "x": KEYS["publisher"].hex()}}
    return {
        "keys": rows,
        "key_file": {**plain, "seed": SEEDS["publisher"].hex()},
        "sealed_key_file": {**plain, "sealed": SEALED},
        "passphrase": "correct horse battery staple",
    }


# Argon2id and XSalsa20-Poly1305 are not in Python's library: made once with libsodium 1.0.18, salt
# 10 .. 1f, nonce 20 .. 37, opslimit 3, memlimit 268435456.
SEALED = (
    "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30313233343536373752f2ff"
    "9f1d1df87f06e2e38ae832e22d0df99f203d238fd654c243cfb88719e366372e6faea50f243968c2e7f60f00"
)


def refused_statements():
    """Well signed, so that nothing but their form can refuse them."""
    seed, kid = SEEDS["publisher"], KIDS["publisher"]
    claims = {1: ISSUERS["publisher"], 2: PAPER, 6: START, 7: b"x"}
    header = {1: -19, 3: stet.CONTENT_TYPE, 4: kid, 15: claims}
    payload = encode({"v": 1, "type": "record"})
    rows = []

    def row(why, protected=None, unprotected=None, body=payload, signature=None, tag=b"\xd2"):
        protected = encode(header) if protected is None else protected
        signed = stet.sign(seed, stet.to_be_signed(protected, body)) if signature is None \
            else signature
        outer = encode([protected, unprotected or {}, body, signed])
        rows.append({"why": why, "statement": (tag + outer).hex()})

    def claim(**changes):
        changed = dict(claims)
        for key, value in changes.items():
            if value is None:
                del changed[int(key[1:])]
            else:
                changed[int(key[1:])] = value
        return encode({**header, 15: changed})

    row("no tag", tag=b"")
    row("another tag", tag=b"\xd8\x62")
    row("something in the unprotected header", unprotected={4: kid})
    row("alg ES256", encode({**header, 1: -7}))
    row("a content type of somebody else", encode({**header, 3: "application/cbor"}))
    row("kid of 31 bytes", encode({**header, 4: kid[:31]}))
    row("no kid", encode({key: header[key] for key in (1, 3, 15)}))
    row("one header more", encode({**header, 16: "application/cose"}))
    row("crit", encode({**header, 2: [4]}))
    row("header of another order", b"\xa4" + b"".join(encode(k) + encode(header[k])
                                                      for k in (3, 1, 4, 15)))
    row("empty iss", claim(_1=""))
    row("iss of 257 bytes", claim(_1="i" * 257))
    row("no sub", claim(_2=None))
    row("sub that is no name", claim(_2="urn:uuid:7D444840-9DC0-41D1-B245-5FFDCE74FAD2"))
    row("aud that is no ledger", claim(_3="stet:ledger"))
    row("expiry time", claim(_4=START))
    row("no iat", claim(_6=None))
    row("iat before 1970", claim(_6=-1))
    row("no cti", claim(_7=None))
    row("empty cti", claim(_7=b""))
    row("cti of 65 bytes", claim(_7=b"x" * 65))
    row("cti that is text", claim(_7="x"))
    row("payload that is an array", body=encode([1]))
    row("payload with integer keys", body=encode({1: 1}))
    row("payload not canonical", body=b"\xa2\x64type\x66record\x61v\x01")
    row("payload with something behind", body=payload + b"\x00")
    row("payload without type", body=encode({"v": 1}))
    row("payload without v", body=encode({"type": "record"}))
    row("signature of 63 bytes", signature=bytes(63))
    return rows


def statements_file(book):
    good = book.rows[5]
    accepted = [
        {"why": "alg -8, kept as it came", **eddsa_statement()},
    ]
    flipped = bytearray.fromhex(good["statement"])
    flipped[-1] ^= 1
    return {"accepted": accepted, "refused": refused_statements(),
            "mismatched": [{"why": "last bit of the signature", "statement": flipped.hex(),
                            "key": KEYS["publisher"].hex()},
                           {"why": "another key", "statement": good["statement"],
                            "key": KEYS["observer"].hex()}]}


def eddsa_statement():
    seed = SEEDS["publisher"]
    protected = encode({1: -8, 3: stet.CONTENT_TYPE, 4: KIDS["publisher"],
                        15: {1: ISSUERS["publisher"], 2: PAPER, 6: START, 7: b"x"}})
    payload = encode({"v": 1, "type": "record"})
    signature = stet.sign(seed, stet.to_be_signed(protected, payload))
    return {"statement": encode(Sign1([protected, {}, payload, signature])).hex(),
            "key": KEYS["publisher"].hex()}


def deep(levels):
    return b"\x81" * levels + b"\x00"


def cbor_file():
    accepted = [
        0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, stet.UINT53, -1, -24, -25, -256, -257,
        -stet.UINT53, b"", b"\x00\xff", bytes(24), "", "a", "\t\r\n", "\u00fc", "\u6c34",
        "\U0001f600", "\u00a0\ufffd\U0010fffd", "e\u0301", [], [1, [2, 3]], {}, {"v": 1},
        {"type": 1, "v": 2, "index": 3}, {1: 1, -1: 6, -2: b""}, {10: 0, 100: 0, -1: 0}, False,
        True, None, Hundredths(850), Hundredths(0), Hundredths(-1), [Hundredths(1000)],
        {"a": {"b": [None, True]}},
    ]
    rows = [{"hex": encode(value).hex(), "diag": diagnostic(value)} for value in accepted]
    rows.append({"hex": deep(16).hex(), "diag": "[" * 16 + "0" + "]" * 16})
    refused = [
        ("", "nothing"), ("0000", "two items"), ("1817", "23 in two bytes"),
        ("1900ff", "255 in three bytes"), ("1a0000ffff", "65535 in five bytes"),
        ("1b00000000ffffffff", "2^32-1 in nine bytes"), ("1b0020000000000000", "2^53"),
        ("3b001fffffffffffff", "-2^53"), ("1bffffffffffffffff", "2^64-1"), ("1c", "reserved head"),
        ("3817", "-24 in two bytes"), ("580100", "length 1 in two bytes"), ("42ff", "ends inside"),
        ("5bffffffffffffffff", "2^64-1 bytes announced"), ("5f4100ff", "indefinite bytes"),
        ("7f6161ff", "indefinite text"), ("9f00ff", "indefinite array"),
        ("bf616100ff", "indefinite map"), ("1f", "indefinite integer"), ("ff", "break"),
        ("61ff", "not UTF-8"), ("62c0af", "overlong UTF-8"), ("63eda080", "surrogate"),
        ("64f4908080", "beyond U+10FFFF"), ("6100", "NUL"), ("611b", "escape"), ("617f", "delete"),
        ("62c285", "C1 control"), ("63efbfbf", "U+FFFF"), ("63efb790", "U+FDD0"),
        ("64f09fbfbe", "U+1FFFE"), ("9bffffffffffffffff", "2^64-1 items announced"),
        ("9a00100000", "a million items, none here"),
        ("bbffffffffffffffff", "2^64-1 pairs announced"), ("8200", "one item missing"),
        ("a2617600", "one pair missing"), ("a2617600617600", "key twice"),
        ("a2617600616100", "keys out of order"), ("a2657469746c6500617600", "longer key first"),
        ("a220000100", "-1 before 1"), ("a20100617600", "integer and text keys"),
        ("a14000", "key is bytes"), ("a18000", "key is an array"), ("a1f500", "key is true"),
        ("a1c482210100", "key is hundredths"), ("f7", "undefined"), ("f0", "simple(16)"),
        ("f814", "false in two bytes"), ("f820", "simple(32)"), ("f90000", "float 0.0"),
        ("fa47c35000", "float"), ("fb3ff199999999999a", "float"), ("f97e00", "NaN"),
        ("c001", "tag 0"), ("c24101", "bignum"), ("c48220190352", "tenths"),
        ("c48219035221", "hundredths turned round"), ("c483210101", "three numbers"),
        ("c4812101", "one number"), ("c482216131", "mantissa is text"),
        ("c48221c24101", "mantissa is a bignum"), ("c4c4822101", "tag 4 in tag 4"),
        ("d804822101", "tag 4 in two bytes"), ("d9d9f700", "self-described"),
        (deep(17).hex(), "17 levels"), ("81" * 5000, "5000 levels"),
    ]
    return {"accepted": rows, "refused": [{"hex": text, "why": why} for text, why in refused]}


def names_file():
    good = [
        "stet:ledger", "stet:seal", "stet:audit", PAPER, DOI, "rw:50438", "rw:0",
        "source:retraction-watch",
        "doi:10.1002/(sici)1096-8628(19961230)66:4%3C403::aid-ajmg4%3E3.0.co;2-l",
        "doi:10.1890/0012-9658(2005)86%5B813:er%5D2.0.co;2",
        "doi:10.1080/09645292.2010.545518%23.us5z4lssxk0", "doi:10.1/x", "doi:10.1000.10/%25",
        "doi:10.5555/%C3%BC", "doi:10.5555/%C3%9C", "hdl:2027/MIU.1", "ark:/12148/btv1b8449691v",
        "pmid:12345", "isbn:9780306406157", "arxiv:2101.00001", "x-y+z.1:A", "a:b",
        "urn:isbn:0451450523", KEY_NAMES["publisher"], "a:" + "b" * 1022,
    ]
    bad = [
        ("", "empty"), ("a:", "nothing behind the colon"), ("ab", "no colon"),
        (":ab", "no scheme"), ("a:" + "b" * 1023, "1025 bytes"),
        ("1a:b", "scheme begins with a digit"), ("DOI:10.5555/x", "capital in the scheme"),
        ("doi:10.5555/X", "capital in a DOI"), ("doi:10.5555/%c3%bc", "escape in lower case"),
        ("doi:10.5555/%41", "A needs no escape"), ("doi:10.5555/%2F", "/ needs no escape"),
        ("doi:10.5555/%7E", "~ needs no escape"), ("doi:10.5555/%", "half an escape"),
        ("doi:10.5555/%3", "half an escape"),
        ("doi:10.5555/<x>", "character that is not in the list"), ("doi:10.5555/a b", "space"),
        ("doi:10.5555/a#b", "fragment"), ("doi:10.5555/a?b", "query"),
        ("doi:10.5555/a[b]", "bracket"), ("doi:10.5555/\u00fc", "not ASCII"),
        ("doi:10.5555/%FC", "escape is not UTF-8"), ("doi:10.5555/%00", "NUL"),
        ("doi:10.5555/%1B", "control"), ("doi:10.5555/%C2%85", "control"),
        ("doi:10.5555/%EF%BF%BF", "noncharacter"), ("doi:10.5555/%ED%A0%80", "surrogate"),
        ("doi:10.5555/", "no suffix"), ("doi:10.5555", "no suffix"), ("doi:11.5555/x", "not 10."),
        ("doi:10./x", "no registrant"), ("doi:10..1/x", "empty part"),
        ("doi:10.1./x", "empty part"), ("doi:10.a/x", "registrant not digits"),
        ("urn:uuid:7D444840-9dc0-41d1-b245-5ffdce74fad2", "capital in a UUID"),
        ("urn:uuid:7d4448409dc041d1b2455ffdce74fad2", "no hyphens"),
        ("urn:uuid:7d444840", "short"),
        ("urn:UUID:7d444840-9dc0-41d1-b245-5ffdce74fad2", "capitals in the prefix"),
        ("urn:ietf:params:oauth:CKT:sha-256:" + KEY_NAMES["publisher"][-43:],
         "capitals in the prefix"),
        ("rw:0123", "leading zero"), ("rw:1a", "not decimal"), ("rw:-1", "not decimal"),
        ("stet:Ledger", "unknown name of stet"), ("stet:x", "unknown name of stet"),
        ("stet:" + "0" * 64, "a ledger id is no name"),
        (KEY_NAMES["publisher"][:-1], "thumbprint too short"),
        (KEY_NAMES["publisher"] + "A", "thumbprint too long"),
        (KEY_NAMES["publisher"][:-1] + "B", "spare bits not zero"),
    ]
    inputs = [
        ("10.5555/EXAMPLE.1", DOI), ("  10.5555/example.1\n", DOI), ("doi:10.5555/Example.1", DOI),
        ("DOI: 10.5555/EXAMPLE.1", DOI), ("https://doi.org/10.5555/example.1", DOI),
        ("http://dx.doi.org/10.5555/example.1", DOI), ("info:doi/10.5555/example.1", DOI),
        ("https://doi.org/10.1016/S0140-6736%2897%2911096-0", "doi:10.1016/s0140-6736(97)11096-0"),
        ("10.1002/(SICI)1096-8628(19961230)66:4%3c403::AID-AJMG4%3e3.0.CO;2-L",
         "doi:10.1002/(sici)1096-8628(19961230)66:4%3C403::aid-ajmg4%3E3.0.co;2-l"),
        ("10.1175/1520-0493(1974)102<0736:wacoj>2.0.co;2",
         "doi:10.1175/1520-0493(1974)102%3C0736:wacoj%3E2.0.co;2"),
        ("10.1890/0012-9658(2005)86[813:ER]2.0.CO;2",
         "doi:10.1890/0012-9658(2005)86%5B813:er%5D2.0.co;2"),
        ("10.1080/09645292.2010.545518#.Us5z4LSsxK0",
         "doi:10.1080/09645292.2010.545518%23.us5z4lssxk0"),
        ("10.5555/100%25", "doi:10.5555/100%2525"),
        ("https://doi.org/10.5555/100%25", "doi:10.5555/100%25"), (DOI, DOI),
        ("doi:10.5555/a%23b", "doi:10.5555/a%23b"), ("10.5555/a%23b", "doi:10.5555/a%2523b"),
        ("\ufeff10.5555/a\u00a0", "doi:10.5555/a"), ("10.5555/u\u0308", "doi:10.5555/%C3%BC"),
        ("10.5555/\u00dc", "doi:10.5555/%C3%9C"),
        ("10.1155/2023/9851626/", "doi:10.1155/2023/9851626/"), ("10.1/x", "doi:10.1/x"),
    ]
    not_dois = [
        "unavailable", "", "NA", "10.1234", "10.1234/", "11.1234/abc", "10.5555/a\u0001b",
        "10.5555/a\nb", "https://doi.org/10.5555/%FF",
    ]
    for name in good:
        stet.check_name(name)
    for text, name in inputs:
        stet.check_name(name)
        assert name == "doi:" + stet.percent_encode(stet.doi_of_input(text)), text
    for text in not_dois:
        expect_refusal(stet.doi_of_input, text)
    for name, _ in bad:
        expect_refusal(stet.check_name, name)
    return {"names": [{"name": name, "key": stet.index_key(name).hex()} for name in good],
            "refused": [{"name": name, "why": why} for name, why in bad],
            "dois": [{"text": text, "name": name, "doi": stet.percent_decode(name[4:])}
                     for text, name in inputs],
            "not_dois": not_dois}


def tree_file(book):
    inputs = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    leaves = [stet.leaf_hash(bytes.fromhex(text)) for text in inputs]
    size = len(book.leaves)
    return {
        "rfc6962": [{"size": n, "leaf_input": inputs[n - 1] if n else None,
                     "root": stet.tree_root(leaves[:n]).hex()} for n in range(len(leaves) + 1)],
        "ledger_roots": {str(row["seq"] + 1): row["root"] for row in book.rows},
        "inclusion": [{"index": i, "size": n, "leaf": book.leaves[i].hex(),
                       "root": stet.tree_root(book.leaves[:n]).hex(),
                       "path": [h.hex() for h in stet.inclusion_path(i, book.leaves[:n])]}
                      for n in (1, 2, 7, 8, size) for i in range(n)
                      if n < 9 or i in (0, 5, 16, n - 1)],
        "consistency": [{"size1": m, "size2": size, "root1": stet.tree_root(book.leaves[:m]).hex(),
                         "root2": stet.tree_root(book.leaves).hex(),
                         "path": [h.hex() for h in stet.consistency_path(m, book.leaves)]}
                        for m in range(1, size + 1)],
    }


INDEX_VECTORS = [  # name, count, the byte that fills the head, the root over the rows so far
    ("stet:ledger", 1, 0x11, "b36cebadf57da96b099a1f57cf3bfdf9da354c9320c436107adcda9810178353"),
    ("doi:10.5281/zenodo.21073815", 2, 0x22,
     "019a4bcc9aea726a00b9d11c3e5399ee6e166859c8b2a5c22cfc7fb722c065c0"),
    ("urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6", 10, 0x33,
     "8a863809b1cb169881d906208dbfb0b3ca019b46b5e0f37d07bed52a2aa56498"),
]
ONE_SIDED = ("rw:362", 1, 0x44, "879d6e45084a3e5d4c2bd0d83c5c5835ef6ed0d48dc3ab5eb21dbf5714cf0273")


def index_case(rows):
    names = [(stet.index_key(name), count, bytes([fill]) * 32) for name, count, fill, _ in rows]
    return {"names": [{"name": name, "key": key.hex(), "count": count, "head": head.hex(),
                       "leaf_hash": stet.index_leaf(key, count, head).hex()}
                      for (name, *_), (key, count, head) in zip(rows, names)],
            "root": stet.index_root(names).hex()}


def index_file(book):
    cases = [index_case(INDEX_VECTORS[:n]) for n in range(4)]
    cases.append(index_case([INDEX_VECTORS[0], ONE_SIDED]))
    cases.append(index_case([("pmid:%d" % n, n + 1, n, None) for n in range(100)]))
    return {
        "cases": cases,
        "ledger_roots": {str(row["seq"] + 1): row["index"] for row in book.rows},
        "ledger_names": [{"name": name, "key": key.hex(), "count": count, "head": head.hex()}
                         for key, count, head, name in book.index_rows()],
    }


def memory(ledger, key, note):
    """A file of a reader's memory."""
    rest = "ledger %s\naccepted %d\nkey %s\n\n%s" % (
        ledger, 1767225660000, stet.make_vkey(ORIGIN, KEYS[key]), note)
    return "stet-memory/1 %s\n%s" % (stet.sha256(rest.encode()).hex(), rest)


def note_file(book):
    notes = [checkpoint(book, size, signers) for size, signers in
             ((2, ["ledger"]), (5, ["ledger"]), (10, ["ledger"]), (15, ["ledger"]),
              (17, ["ledger", "ledger-2"]), (18, ["ledger-2"]))]
    return {"origin": ORIGIN, "vkey": stet.make_vkey(ORIGIN, KEYS["ledger"]),
            "vkey_2": stet.make_vkey(ORIGIN, KEYS["ledger-2"]), "checkpoints": notes,
            "memory": {
                "seen": memory("stet:" + book.leaves[0].hex(), "ledger", notes[0]["note"]),
                "checked": memory("-", "ledger-2", notes[4]["note"])}}


def ids_file():
    rows = [["4711", "10.5555/EXAMPLE.1", "Concern", "2026-01-01"], ["", ""], [""], [],
            ["4711|10.5555/EXAMPLE.1"], ["\u00fc", "u\u0308"]]
    digests = []
    for fields in rows:
        encoded = b"".join(len(f.encode()).to_bytes(4, "big") + f.encode() for f in fields)
        digest = stet.sha256(encoded)[:16].hex()
        digests.append({"fields": fields, "bytes": encoded.hex(), "first": digest + ".1",
                        "second": digest + ".2"})
    ids = []
    for text in ("example-watch:4711:correction#0", "example-watch:4711:correction:2#1",
                 "example-watch:4711:correction#0-annulled",
                 "example-watch:%s:correction#0" % digests[0]["first"]):
        raw = text.encode()
        ids.append({"text": text, "cti": (raw if len(raw) <= 64 else stet.sha256(raw)).hex(),
                    "id": stet.id_text(raw if len(raw) <= 64 else stet.sha256(raw))})
    forms = [
        b"a", b"open", b"0x", b"0xa0", b"\x00", bytes(8), b"\xff", "\u00fc".encode(), b"\x1b[0m",
        bytes(range(0xA0, 0xB0)), stet.u64be(1), b"x" * 64,
    ]
    return {"rows": digests, "import_ids": ids,
            "cti": [{"cti": raw.hex(), "id": stet.id_text(raw)} for raw in forms]}


def receipt_file(book):
    row, size = book.rows[12], len(book.leaves)
    entry, statement = bytes.fromhex(row["entry"]), bytes.fromhex(row["statement"])
    prefix = entry[: entry.index(statement)]
    protected = encode({1: -19, 2: ["stet.prefix"], 4: KIDS["ledger-2"],
                        15: {1: ORIGIN, 2: row["sub"]}, 395: 1, "stet.size": size,
                        "stet.prefix": prefix})
    root = stet.tree_root(book.leaves)
    path = stet.inclusion_path(row["seq"], book.leaves)
    proof = encode([size, row["seq"], path])
    signature = stet.sign(SEEDS["ledger-2"], stet.to_be_signed(protected, root))
    receipt = encode(Sign1([protected, {396: {-1: [proof]}}, None, signature]))
    transparent = stet.decode(statement).items
    transparent[1] = {394: [receipt]}
    return {"seq": row["seq"], "size": size, "prefix": prefix.hex(), "protected": protected.hex(),
            "protected_diag": diagnostic(stet.decode(protected, True)), "proof": proof.hex(),
            "root": root.hex(), "signature": signature.hex(), "receipt": receipt.hex(),
            "key": KEYS["ledger-2"].hex(),
            "transparent_statement": encode(Sign1(transparent)).hex()}


PARTED = 10  # the size at which the other history of the example ledger parts


def other_history(book):
    """What the same key has signed elsewhere: heads of sizes 12 and 15 after the seal at size 10."""
    other = book.cut_back(PARTED)
    other.tick(1800)
    other.append("another record", "publisher", PAPER, b"record-3", {
        "v": 1, "type": "record", "title": "On samples", "submitted": "2025-11",
        "publisher": "Example Press", "aliases": [DOI]})
    other.seal()
    for number in range(2):
        other.tick(60)
        other.append("an assessment", "publisher", PAPER, b"assessment-%d" % number, {
            "v": 1, "type": "assessment", "review_score": Hundredths(900 + number)})
    other.seal()
    return other


def liar(book):
    """The correction is entry 10; the index that entry 11 seals ends before it."""
    other = book.cut_back(PARTED)
    other.tick(1800)
    index, rows = other.index(), [row[:3] for row in other.index_rows()]
    other.append("a correction", "publisher", PAPER, b"correction-2", {
        "v": 1, "type": "correction", "nature": "correction", "correction_type": "METADATA",
        "public_note": "A slip of the pen in the title.", "affected": [
            {"path": "/record/title", "before": "On exampels", "after": "On examples"}]})
    other.seal(index=index)
    return other, rows


def entry_of(book, seq):
    return bytes.fromhex(book.rows[seq]["entry"])


def omission_of(book, name, seq, seal, rows, signers):
    """As if that seal's index had these rows."""
    size = len(book.leaves)
    return evidence.omission(
        name, [entry_of(book, seq), entry_of(book, seal)],
        evidence.prove_many(book.leaves, [seq, seal]), evidence.prune(rows, stet.index_key(name)),
        checkpoint(book, size, signers)["note"].encode())


def evidence_file(book):
    other = other_history(book)
    lies, rows = liar(book)
    names = [row[:3] for row in book.index_rows()]
    heads = {"a": checkpoint(other, 12, ["ledger"]), "b": checkpoint(book, 15, ["ledger"]),
             "c": checkpoint(other, 15, ["ledger"]), "d": checkpoint(book, 10, ["ledger"])}
    notes = {name: head["note"].encode() for name, head in heads.items()}
    root = stet.tree_root(book.leaves[:12])
    path = stet.consistency_path(12, book.leaves[:15])
    same = sorted("bc", key=lambda name: heads[name]["root"])
    files = {
        "one_size": evidence.fork(*(notes[name] for name in same)),
        "two_sizes": evidence.fork(notes["a"], notes["b"], root, path),
        "omission": omission_of(lies, PAPER, 10, 11, rows, ["ledger"]),
        # Two keys of one name, and none of them on both: by no reader a conviction.
        "two_keys": evidence.fork(notes["c"], checkpoint(book, 15, ["ledger-2"])["note"].encode()),
    }
    honest = stet.tree_root(book.leaves[:10])
    since = stet.consistency_path(10, book.leaves[:15])
    new = ["ledger-2"]
    refused = [
        ("one head twice", "no-contradiction", evidence.fork(notes["b"], notes["b"])),
        ("an older and a newer head", "no-contradiction",
         evidence.fork(notes["d"], notes["b"], honest, since)),
        ("the same, and another root", "evidence-tree",
         evidence.fork(notes["d"], notes["b"], stet.sha256(b""), since)),
        ("the path of other sizes", "evidence-tree",
         evidence.fork(notes["a"], notes["b"], root, since)),
        ("the larger head first", "evidence-malformed",
         evidence.fork(notes["b"], notes["a"], root, path)),
        ("two sizes and nothing between", "evidence-malformed",
         evidence.fork(notes["a"], notes["b"])),
        ("one size with a root", "evidence-malformed",
         evidence.fork(notes["b"], notes["c"], root, path)),
        ("a seal left out of the index of another", "no-contradiction",
         omission_of(book, "stet:seal", 1, 17, names, new)),
        ("an entry that is counted", "no-contradiction",
         omission_of(book, DOI, 13, 17, names, new)),
        ("an entry that others follow", "no-contradiction",
         omission_of(book, PAPER, 5, 17, names, new)),
        ("an entry after the seal", "no-contradiction",
         omission_of(book, PAPER, 12, 9, names, new)),
        ("no seal", "no-contradiction", omission_of(book, PAPER, 5, 12, names, new)),
        ("the entry of another name", "no-contradiction",
         omission_of(lies, DOI, 10, 11, rows, ["ledger"])),
        ("an index that nobody sealed", "evidence-index",
         omission_of(book, PAPER, 12, 17, rows, new)),
        ("an entry of another tree", "evidence-tree",
         encode({**stet.decode(files["omission"]),
                 "entries": [entry_of(book, 10), entry_of(lies, 11)]})),
    ]
    return {
        "vkey": stet.make_vkey(ORIGIN, KEYS["ledger"]),
        "vkey_2": stet.make_vkey(ORIGIN, KEYS["ledger-2"]),
        "heads": {name: head["note"] for name, head in heads.items()},
        "root": root.hex(), "path": [value.hex() for value in path],
        "entry": entry_of(lies, 10).hex(), "seal": entry_of(lies, 11).hex(),
        "tree": [value.hex() for value in evidence.prove_many(lies.leaves, [10, 11])],
        "index": encode(evidence.prune(rows, stet.index_key(PAPER))).hex(),
        "index_diag": diagnostic(evidence.prune(rows, stet.index_key(PAPER))),
        "checkpoint": checkpoint(lies, 12, ["ledger"])["note"],
        "prior": lies.rows[10]["prior"],
        **{name: data.hex() for name, data in files.items()},
        "two_sizes_diag": diagnostic(stet.decode(files["two_sizes"])),
        "refused": [{"what": what, "rule": rule, "evidence": data.hex()}
                    for what, rule, data in refused],
    }


def ledger_file(book):
    return {
        "ledger_id": book.ledger_id, "origin": ORIGIN, "evidence": EVIDENCE.hex(),
        "entries": book.rows,
        "annotated": {"0": annotate(bytes.fromhex(book.rows[0]["entry"]), ENTRY_NOTES)},
    }


def generate(folder):
    book = example_ledger()
    files = {"keys": keys_file(), "cbor": cbor_file(), "names": names_file(), "ids": ids_file(),
             "ledger": ledger_file(book), "statements": statements_file(book),
             "tree": tree_file(book), "index": index_file(book), "note": note_file(book),
             "receipt": receipt_file(book), "evidence": evidence_file(book)}
    os.makedirs(folder, exist_ok=True)
    for name, content in files.items():
        path = os.path.join(folder, name + ".json")
        with open(path, "w", encoding="ascii", newline="\n") as file:
            json.dump({"licence": LICENCE, **content}, file, indent=1)
            file.write("\n")
    with open(os.path.join(folder, "ledger.cborseq"), "wb") as file:
        file.write(b"".join(bytes.fromhex(row["entry"]) for row in book.rows))
    return sorted(files) + ["ledger.cborseq"]


# --- Self-test -----------------------------------------------------------------------------------

RFC8032 = [  # section 7.1: seed, public key, message, signature
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
     "1cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
     "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
     "984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]
RFC6962_ROOT_8 = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def expect_refusal(function, *arguments):
    try:
        function(*arguments)
    except stet.Refused:
        return
    raise AssertionError("not refused: %r" % (arguments,))


def expect_doubt(function, *arguments):
    try:
        function(*arguments)
    except (stet.Refused, stet.Unknown):
        return
    raise AssertionError("believed: %r" % (arguments,))


def check_ed25519():
    for seed, key, message, signature in RFC8032:
        seed, key, message, signature = map(bytes.fromhex, (seed, key, message, signature))
        assert stet.public_key(seed) == key and stet.sign(seed, message) == signature
        assert stet.signature_ok(key, message, signature)
        for bit in range(0, 512, 7):
            flipped = bytearray(signature)
            flipped[bit // 8] ^= 1 << bit % 8
            assert not stet.signature_ok(key, message, bytes(flipped))
        above = int.from_bytes(signature[32:], "little") + stet.L
        assert not stet.signature_ok(key, message, signature[:32] + above.to_bytes(32, "little"))
    low_order = bytes([1]) + bytes(31)
    assert not stet.public_key_ok(low_order)
    assert not stet.signature_ok(low_order, b"", low_order + bytes(32))
    return len(RFC8032)


def check_cbor():
    vectors = cbor_file()
    for row in vectors["accepted"]:
        raw = bytes.fromhex(row["hex"])
        value = stet.decode(raw)
        assert encode(value) == raw and diagnostic(value) == row["diag"], row
        for cut in range(len(raw)):
            expect_refusal(stet.decode, raw[:cut])
        expect_refusal(stet.decode, raw + b"\x00")
    for row in vectors["refused"]:
        expect_refusal(stet.decode, bytes.fromhex(row["hex"]))
    return len(vectors["accepted"]), len(vectors["refused"])


def check_index_and_tree(book):
    for rows, root in ((INDEX_VECTORS[:1], 0), (INDEX_VECTORS[:2], 1), (INDEX_VECTORS, 2)):
        assert index_case(rows)["root"] == INDEX_VECTORS[root][3]
    assert index_case([INDEX_VECTORS[0], ONE_SIDED])["root"] == ONE_SIDED[3]
    assert tree_file(book)["rfc6962"][8]["root"] == RFC6962_ROOT_8


def rebuilt(book, changes):
    """The example ledger with entries replaced or dropped (None), links as they were."""
    entries = [bytes.fromhex(row["entry"]) for row in book.rows]
    for seq, entry in sorted(changes.items(), reverse=True):
        entries[seq : seq + 1] = [] if entry is None else entry
    return b"".join(entries)


def add_all(ledger, entries):
    for entry in entries:
        try:
            ledger.add(entry)
        except stet.Unknown as reason:
            raise stet.Refused(str(reason)) from None


def check_verify(book):
    """Nothing but the whole and its sealed beginnings verifies."""
    entries = [bytes.fromhex(row["entry"]) for row in book.rows]
    whole = b"".join(entries)
    vkeys = [stet.make_vkey(ORIGIN, KEYS[name]) for name in ("ledger", "ledger-2")]
    for vkey in [None] + vkeys:
        assert len(stet.verify(whole, vkey).seals) == 6
    for vkey in (stet.make_vkey(ORIGIN, KEYS["root"]),
                 stet.make_vkey("other.example", KEYS["ledger"])):
        expect_refusal(stet.verify, whole, vkey)
    seals = [seq for seq, row in enumerate(book.rows) if row["sub"] == "stet:seal"]
    tried = 0
    for seq in range(len(entries)):
        if seq in seals:
            stet.verify(b"".join(entries[: seq + 1]))
        else:
            expect_refusal(stet.verify, b"".join(entries[: seq + 1]))
        if seq + 1 < len(entries):  # without the newest it is the ledger of before
            expect_refusal(stet.verify, rebuilt(book, {seq: None}))
        expect_refusal(stet.verify, rebuilt(book, {seq: [entries[seq]] * 2}))
        if seq:
            swapped = {seq - 1: [entries[seq]], seq: [entries[seq - 1]]}
            expect_refusal(stet.verify, rebuilt(book, swapped))
        tried += 4
    ledger = stet.Ledger()
    for seq, entry in enumerate(entries):
        for bit in range(seq % 41, 8 * len(entry), 41):
            flipped = bytearray(entry)
            flipped[bit // 8] ^= 1 << bit % 8
            # What one entry lets pass, the link of the next one catches.
            after = entries[seq + 1 : seq + 2]
            expect_refusal(add_all, copy.deepcopy(ledger), [bytes(flipped)] + after)
            tried += 1
        ledger.add(entry)
    return tried


def check_evidence(book):
    """What convicts does so by the right key alone, and by no bit less."""
    vectors, tried = evidence_file(book), 0
    for name in ("one_size", "two_sizes", "omission"):
        data = bytes.fromhex(vectors[name])
        evidence.verify(data, [vectors["vkey"]])
        for vkeys in ([], [vectors["vkey_2"]], [stet.make_vkey("other.example", KEYS["ledger"])]):
            expect_doubt(evidence.verify, data, vkeys)
        for bit in range(0, 8 * len(data), 29):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            expect_doubt(evidence.verify, bytes(flipped), [vectors["vkey"]])
            expect_refusal(evidence.verify, data[: bit // 8], [vectors["vkey"]])
            tried += 2
    expect_doubt(evidence.verify, bytes.fromhex(vectors["two_keys"]),
                 [vectors["vkey"], vectors["vkey_2"]])
    for row in vectors["refused"]:
        expect_refusal(evidence.verify, bytes.fromhex(row["evidence"]),
                       [vectors["vkey"], vectors["vkey_2"]])
        tried += 1
    return tried


def self_test():
    book = example_ledger()
    signatures = check_ed25519()
    accepted, refused = check_cbor()
    check_index_and_tree(book)
    names = names_file()
    for row in refused_statements():
        expect_refusal(stet.Statement, bytes.fromhex(row["statement"]))
    for row in book.rows:
        statement = stet.Statement(bytes.fromhex(row["statement"]))
        assert statement.signed_by(KEYS[row["signer"]])
    tried, accused = check_verify(book), check_evidence(book)
    print("reference: %d RFC 8032 vectors, %d items read and %d refused, %d names and %d refused, "
          "%d statements refused, %d altered ledgers refused, %d pieces of evidence refused"
          % (signatures, accepted, refused, len(names["names"]), len(names["refused"]),
             len(refused_statements()), tried, accused))
    return 0


def main(arguments):
    if arguments[0] == "self-test":
        return self_test()
    print("wrote %s" % ", ".join(generate(arguments[1])))
    return 0
