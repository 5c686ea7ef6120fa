"""roles.py JUDGE: reference and library judge the same statements alike.

Each of some keys, one for every role and some that are revoked, expired, scoped or unknown, signs
each of some statements, as its own and as an observation, about its own subject and about others';
then come grants and revocations of every kind.  What the page leaves to contents, which the
reference does not judge, is counted apart.
"""

import copy
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import stet_reference as stet  # noqa: E402
import stet_examples as examples  # noqa: E402

# Rules about contents: an alias bound, an artifact there, a target found in the closure.
CONTENTS = {"alias-not-bound", "alias-of-itself", "alias-bound", "withhold-unknown",
            "target-unknown", "artifact-not-here"}
HOLDERS = ["root-2", "admin", "publisher", "registrar", "gate", "editor", "auditor", "observer",
           "both", "scoped", "scoped-admin", "expired", "revoked", "victim", "nobody"]
RECORD, DOI = examples.PAPER, "doi:10.5555/z"
EVIDENCE = stet.sha256(b"e")


def make_keys():
    for number, name in enumerate(HOLDERS):
        seed = bytes([40 + number]) * 32
        key = stet.public_key(seed)
        examples.SEEDS[name], examples.KEYS[name] = seed, key
        examples.KIDS[name] = stet.thumbprint(key)
        examples.KEY_NAMES[name] = stet.key_name(examples.KIDS[name])
        examples.ISSUERS[name] = "https://%s.example/" % name


def grant(name, roles, **more):
    return examples.grant(name, name, sorted(roles), **more)


def revoke(name, reason="lost", **more):
    return {"v": 1, "type": "key", "action": "revoke", "reason": reason,
            "key": stet.cose_key(examples.KEYS[name]), **more}


def make_book():
    book = examples.Book()
    book.append("open", "ledger", "stet:ledger", b"open", {
        "v": 1, "type": "ledger", "action": "open", "format": "stet/1", "profile": "assignee-v1",
        "origin": examples.ORIGIN, "key": stet.cose_key(examples.KEYS["ledger"]),
        "root": stet.cose_key(examples.KEYS["root"]), "root_issuer": examples.ISSUERS["root"]})
    held = {"root-2": ["root"], "both": ["observer", "publisher"], "scoped-admin": ["admin"],
            "scoped": ["editor", "gate", "publisher", "registrar"], "expired": ["publisher"],
            "revoked": ["publisher"], "victim": ["publisher"]}
    more = {"scoped": {"scope": ["doi:10.5555/", "urn:uuid:"]},
            "scoped-admin": {"scope": ["doi:10.5555/"]}, "expired": {"until": book.ms}}
    for name in HOLDERS[:-1]:
        book.append(name, "root", examples.KEY_NAMES[name], b"grant " + name.encode(),
                    grant(name, held.get(name, [name]), **more.get(name, {})))
    book.append("revoke", "root", examples.KEY_NAMES["revoked"], b"revoke", revoke("revoked"))
    record = {"v": 1, "type": "record", "title": "T"}
    book.append("record", "publisher", RECORD, b"record", record)
    book.append("observed", "observer", RECORD, b"observed", {**record, "source": {"name": "s"}})
    book.append("victim's", "victim", RECORD, b"victim", record)
    book.append("artifact", "gate", RECORD, b"artifact", {
        "v": 1, "type": "artifact", "role": "evidence", "media_type": "text/plain", "size": 1,
        "sha256": EVIDENCE})
    book.append("distrust", "root", examples.KEY_NAMES["victim"], b"distrust",
                revoke("victim", "stolen", distrust_from=len(book.leaves) - 2))
    book.seal()
    return book


def payloads(book):
    """{what: (subject, payload)}"""
    leaf = {row["what"]: bytes.fromhex(row["leaf"]) for row in book.rows}
    about_record = {
        "record": {"title": "q"}, "claims": {}, "assessment": {}, "declaration": {},
        "verdict": {"contract": "gate-verdict-v1", "gate": "G", "status": "UNVERIFIED"},
        "correction": {"nature": "erratum", "public_note": "n"},
        "withhold": {"sha256": EVIDENCE, "ground": "g"},
        "endorse": {"targets": [leaf["record"]]},
    }
    made = {kind: (RECORD, {"v": 1, "type": kind, **members})
            for kind, members in about_record.items()}
    made["endorse artifact"] = RECORD, {"v": 1, "type": "endorse", "targets": [leaf["artifact"]]}
    made["endorse none"] = RECORD, {"v": 1, "type": "endorse", "targets": [bytes(32)]}
    made["doi"] = DOI, {"v": 1, "type": "doi", "doi": "10.5555/z"}
    made["alias doi"] = DOI, {"v": 1, "type": "alias", "action": "bind", "record": RECORD}
    made["alias"] = "pmid:1", {"v": 1, "type": "alias", "action": "bind", "record": RECORD}
    made["snapshot"] = "source:s", {"v": 1, "type": "snapshot", "whole": True}
    made["audit"] = "stet:audit", {
        "v": 1, "type": "audit", "size": 1, "root": bytes(32), "index": bytes(32),
        "entries_sha512": bytes(64), "tool": "t", "result": "intact"}
    made["policy"] = "stet:ledger", {"v": 1, "type": "policy", "profile": "assignee-v1",
                                     "values": {}}
    made["close"] = "stet:ledger", {"v": 1, "type": "ledger", "action": "close", "reason": "r"}
    return made


def about_keys(book):
    """[(subject's key, payload)]: grants and revocations, right and wrong."""
    weak = bytes([1]) + bytes(31)
    nobody = grant("nobody", ["gate"])
    rows = [("nobody", grant("nobody", [role])) for role in stet.ROLES]
    rows += [("nobody", grant("nobody", ["gate"], scope=scope)) for scope in (
        ["doi:10.5555/a/"], ["doi:10.5556/"], ["doi:10.5555"], ["doi:"], ["d"], ["urn:"], [],
        ["doi:10.5555/", "urn:uuid:"], ["urn:uuid:", "doi:10.5555/"], ["pmid:", "pmid:"])]
    rows += [("nobody", {**nobody, "roles": roles}) for roles in (
        ["publisher", "gate"], ["gate", "gate"], ["gate", "publisher"], [], ["boss"])]
    rows += [("nobody", grant("nobody", [role], until=book.ms)) for role in ("gate", "root")]
    rows += [("nobody", {**nobody, "issuer": examples.ORIGIN}),
             ("nobody", {**nobody, "key": stet.cose_key(examples.KEYS["gate"])}),
             ("nobody", {**nobody, "key": stet.cose_key(weak)}),
             ("ledger", {**nobody, "key": stet.cose_key(examples.KEYS["ledger"])})]
    for name in HOLDERS:
        rows += [(name, grant(name, ["gate"])), (name, revoke(name)),
                 (name, {**grant(name, ["gate"]), "issuer": "https://else.example/"}),
                 (name, revoke(name, "stolen", distrust_from=3)),
                 (name, revoke(name, "lost", distrust_from=3)),
                 (name, revoke(name, "stolen", distrust_from=len(book.leaves))),
                 (name, revoke(name, "stolen", distrust_from=len(book.leaves) + 1))]
    return [(examples.KEY_NAMES[name], payload) for name, payload in rows]


def cases(book):
    """(what, signer, sub, payload, id, aud, issuer)"""
    signers = ["root", "ledger"] + HOLDERS
    made = payloads(book)
    for what, (sub, payload) in made.items():
        for signer in signers:
            yield what, signer, sub, payload
            yield what, signer, sub, {**payload, "source": {"name": "s"}}
    elsewhere = ["stet:ledger", "stet:seal", "stet:audit", "source:s", "source:t", "pmid:2",
                 "doi:10.5556/q", RECORD, examples.KEY_NAMES["gate"]]
    for what, (_, payload) in made.items():
        for sub in elsewhere:
            for signer in ("publisher", "scoped"):
                yield what, signer, sub, payload
            yield what, "observer", sub, {**payload, "source": {"name": "s"}}
    for sub, payload in about_keys(book):
        for signer in ("root", "admin", "scoped-admin", "gate"):
            yield "key", signer, sub, payload
    for name in signers:
        yield "of itself", name, examples.KEY_NAMES[name], revoke(name)
        yield "of itself", name, examples.KEY_NAMES[name], revoke(name, "stolen", distrust_from=1)
    record = made["record"][1]
    for name in ("victim", "publisher"):  # ids used before, by a key that is or is not distrusted
        examples.ISSUERS["publisher"], kept = examples.ISSUERS[name], examples.ISSUERS["publisher"]
        yield "id", "publisher", RECORD, record, name.encode()
        examples.ISSUERS["publisher"] = kept
    yield "id", "publisher", RECORD, record, b"record"
    yield "id", "publisher", RECORD, {"v": 1, "type": "record", "title": "T"}, b"record"
    for ahead in (0, 300, 301):
        yield "future", "publisher", RECORD, record, b"new", ahead
    for what in ("record", "audit", "withhold", "policy"):
        sub, payload = made[what]
        signer = {"audit": "auditor", "withhold": "admin", "policy": "root"}.get(what, "publisher")
        yield "no aud", signer, sub, payload, b"new", 0, None
        yield "another aud", signer, sub, payload, b"new", 0, "stet:" + "0" * 64
    for changes in ({"more": 1}, {"v": 2}, {"type": "riddle"}, {"source": None}):
        yield "schema", "publisher", RECORD, {**record, **changes}


def sign(book, signer, sub, payload, cti=b"new", ahead=0, aud=""):
    return stet.make_statement(examples.SEEDS[signer], examples.ISSUERS[signer], sub,
                               book.ms // 1000 + ahead, cti, payload,
                               book.ledger_id if aud == "" else aud)


def judge_here(book, ledger, statement):
    try:
        sub = stet.Statement(statement).sub
        entry = stet.make_entry(len(book.leaves), book.ms, book.leaves[-1],
                                book.names.get(sub, (0, None))[1], statement)
        after = copy.copy(ledger)  # its parts are copied where add() changes them
        after.grants = copy.deepcopy(ledger.grants)
        for part in ("leaves", "names", "ids", "seals", "ledger_keys", "entries"):
            setattr(after, part, copy.copy(getattr(ledger, part)))
        after.add(entry)
    except (stet.Refused, stet.Unknown) as reason:
        return str(reason)
    return "yes" if after.unknown == ledger.unknown else "unknown"


def judge_there(program, book, statements):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ledger.cborseq")
        with open(path, "wb") as file:
            file.write(b"".join(bytes.fromhex(row["entry"]) for row in book.rows))
        lines = "".join("%s\n" % statement.hex() for statement in statements)
        done = subprocess.run([program, folder, path, "1", str(book.ms)], input=lines.encode(),
                              stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().split()


def main():
    make_keys()
    book = make_book()
    ledger = stet.verify(b"".join(bytes.fromhex(row["entry"]) for row in book.rows))
    whats, statements = [], []
    for case in cases(book):
        whats.append(case[:4])
        statements.append(sign(book, *case[1:]))
    there = judge_there(sys.argv[1], book, statements)
    if len(there) != len(statements):
        raise SystemExit("roles: %d of %d answers" % (len(there), len(statements)))
    yes = no = contents = differ = 0
    for what, statement, answer in zip(whats, statements, there):
        here = judge_here(book, ledger, statement)
        if answer == "already":  # the reference, given an entry, asks why it is there twice
            answer = "id stands already"
        if (here == "yes") == (answer == "yes"):
            yes, no = yes + (here == "yes"), no + (here != "yes")
        elif here == "yes" and answer in CONTENTS:
            contents += 1
        else:
            differ += 1
            print("roles: %s by %s about %s, %s: the reference says '%s', the library '%s'" % (
                *what[:3], examples.diagnostic(what[3]), here, answer))
    print("roles: %d statements allowed and %d refused by both, %d refused for their contents by "
          "the library, %d judged differently" % (yes, no, contents, differ))
    if differ or yes < 100 or no < 500:
        raise SystemExit(1)


main()
