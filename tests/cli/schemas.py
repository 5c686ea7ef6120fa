"""schemas.py STET ROOT: every --json output of the command fits its schema in schemas/output/.

A ledger is made and used; each line of each command is validated, and statements in entries are
validated again by the schema of their type. Every schema must be used, so that none goes stale, and
each must refuse its own output with a member taken away or of another kind.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

import jsonschema

STET, ROOT = os.path.realpath(sys.argv[1]), sys.argv[2]
CHECKED = {}
FAULTS = []


def load(path):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def load_all(folder):
    return {name[:-len(".schema.json")]: load(os.path.join(folder, name))
            for name in sorted(os.listdir(folder)) if name.endswith(".schema.json")}


OUTPUT = load_all(os.path.join(ROOT, "schemas", "output"))
CONTRACTS = load_all(os.path.join(ROOT, "schemas", "contracts"))


def run(*words, **options):
    return subprocess.run([STET, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, **options)


def must(*words, **options):
    done = run(*words, **options)
    if done.returncode != 0:
        raise SystemExit("schemas: %s ended with %d: %s"
                         % (" ".join(words), done.returncode, done.stderr.decode()))
    return done.stdout.decode()


def spoil(value, schema):
    """Copies of an object that its schema must refuse: one member away, one of another kind."""
    for name in schema.get("required", ()):
        less = copy.deepcopy(value)
        del less[name]
        yield "without '%s'" % name, less
        other = copy.deepcopy(value)
        other[name] = [[]]
        yield "with another '%s'" % name, other


def check(name, text):
    lines = text.splitlines()
    if not lines:
        FAULTS.append("%s: there was no output" % name)
    for line in lines:
        value = json.loads(line)
        for error in OUTPUT[name].iter_errors(value):
            FAULTS.append("%s: %s: %s" % (name, "/".join(map(str, error.path)), error.message))
        if name not in CHECKED:
            for how, spoilt in spoil(value, OUTPUT[name].schema):
                if OUTPUT[name].is_valid(spoilt):
                    FAULTS.append("%s: %s it is still taken" % (name, how))
        CHECKED[name] = CHECKED.get(name, 0) + 1


def use_ledger():
    check("init", must("init", "--origin", "test.example/ledger", "--json"))
    check("key", must("key", "generate", "desk", "--issuer", "https://x.example/desk", "--json"))
    must("key", "grant", "desk", "--role", "editor", "--scope", "doi:10.1000/", "--until", "2099-01-01")
    check("granted-key", must("key", "list", "--json"))
    check("policy", must("policy", "show", "--json"))
    must("policy", "set", "tolerance_percent=2.5")
    check("policy", must("policy", "show", "--json"))
    check("answer", must("record", "10.1234/a", "--title", "One", "--alias", "10.1234/b", "--as",
                         "working", "--json"))
    with open("paper.pdf", "w", encoding="utf-8") as file:
        file.write("the report\n")
    check("answer", must("artifact", "10.1234/a", "report=paper.pdf", "--as", "working", "--json"))
    must("retract", "10.1234/a", "--notice", "none", "--decided-by", "editor:X", "--as", "working")
    targets = json.loads(must("log", "10.1234/a", "-n", "1", "--json"))
    must("annul", "10.1234/a", "--target", str(targets["seq"]), "--as", "working")
    refused = run("verdict", "10.1234/a", "--contract", "gate-verdict-v1", "--gate", "2", "--status",
                  "VERIFIED", "--json")
    check("answer", refused.stdout.decode())
    check("answer", must("concern", "--list", "-", "--notice", "none", "--note", "Data are looked at",
                         "--as", "working", "--dry-run", "--json", input=b"10.1234/a\n10.1234/c\n"))
    must("import", "records", os.path.join(ROOT, "tests/data/records/records.json"), "--as",
         "working", "-q")


def read_ledger():
    check("import", must("import", "records", os.path.join(ROOT, "tests/data/records/records.json"),
                         "--as", "working", "-q", "--json"))
    rows = run("import", "records", "-", "--as", "working", "-q", "--json",
               input=b'[{"title": "nothing to name it by"}]').stdout.decode().splitlines()
    check("import-row", rows[0])
    check("import", rows[-1])
    check("show", must("show", "10.1234/b", "--json"))
    check("show", must("show", "SRCH:9F810E9F", "--json"))
    check("log", must("log", "--seals", "--json"))
    check("log", must("log", "10.1234/a", "--json"))
    check("log", must("export", "jsonl"))
    check("bag", must("export", "bagit", "--all", "-o", "bag", "--json"))
    check("check", run("check", "bag", "--json").stdout.decode())
    check("bag", must("export", "bagit", "10.1234/a", "10.1234/b", "-o", "some.zip", "--json"))
    check("check", run("check", "some.zip", "--json").stdout.decode())
    check("ocfl", must("export", "ocfl", "--all", "-o", "ocfl", "--json"))
    check("ocfl", must("export", "ocfl", "10.1234/a", "-o", "ocfl", "--json"))
    check("check", run("check", "ocfl", "--json").stdout.decode())
    must("record", "10.1234/new", "--title", "New since", "--as", "working")
    check("bag", must("export", "bagit", "--all", "--since", "bag", "-o", "since.tar", "--json"))
    check("check", run("check", "since.tar", "--after", "bag", "--json").stdout.decode())
    must("import", "-q", "retraction-watch", os.path.join(
        ROOT, "tests", "data", "retraction-watch", "rw_raw20col_one_row_2023.csv"))
    for line in must("status", "10.1234/b", "9f810e9f-5768-46ea-af76-f8b503e24cd6",
                     "--json").splitlines():
        check("status-snapshot" if "snapshot" in json.loads(line) else "status", line)
    lines = run("diff", "--since", "4", "--json").stdout.decode().splitlines()
    check("diff", "\n".join(lines[:-1]))
    check("diff-sum", lines[-1])
    check("stats", must("stats", "--json"))
    lines = run("audit", "--gaps", "--json").stdout.decode().splitlines()
    check("audit-record", "\n".join(line for line in lines if '"gaps":[' in line))
    check("audit-member", "\n".join(line for line in lines if '"group":' in line))
    check("audit", lines[-1])
    check("verify", must("verify", "--json"))
    check("verify-record", must("verify", "10.1234/a", "--json"))
    check("verify-content", must("verify", "--content", "paper.pdf", "--json"))
    check("verify-content", run("verify", "--content", "-", "10.1234/a", "--json",
                                stdin=subprocess.DEVNULL).stdout.decode())
    check("checkpoint", must("checkpoint", "--json"))
    vkey = must("checkpoint", "--vkey").strip()
    note = must("checkpoint").encode()
    check("check", must("check", "-", "--key", vkey, "--json", input=note))
    for form in ("tlog-proof", "transparent-statement"):
        must("prove", "--entry", "10.1234/a", "--as", form, "-o", "entry.proof")
        check("check", must("check", "entry.proof", "--key", vkey, "--json"))
    check("check", run("check", "-", "--json", input=note).stdout.decode())
    check("check", run("check", "-", "--key", vkey, "--json",
                       input=note.replace(b"test.example/ledger", b"test.example/Ledger", 1))
          .stdout.decode())
    must("prove", "10.1234/a", "10.1234/nothing", "-o", "a.stet-proof")
    check("check", must("check", "a.stet-proof", "--key", vkey, "--json"))
    check("check", run("check", "a.stet-proof", "10.1234/other", "--json").stdout.decode())
    compare_copies(note)
    witness = ["--as", "w", "--name", "w.example"]
    must("key", "generate", "w")
    with open("witnesses.policy", "w", encoding="utf-8") as file:
        file.write("log %s\nwitness W %s\nquorum W\n" % (
            vkey, must("checkpoint", "cosign", *witness, "--vkey").strip()))
    line = must("checkpoint", "cosign", *witness, "--key", vkey, "--first", "--json")
    check("cosign", line)
    check("verify", run("verify", "--policy", "witnesses.policy", "--json").stdout.decode())
    check("cosignatures", must("checkpoint", "add-cosignature", "-", "--policy", "witnesses.policy",
                               "--json", input=json.loads(line)["line"].encode()))
    check("check", must("check", "-", "--policy", "witnesses.policy", "--json",
                        input=must("checkpoint").encode()))
    read_timestamps()
    check("remembered", must("checkpoint", "remembered", "--json"))
    check("explain", must("explain", "--all", "--json"))
    check("version", must("version", "--json"))


def compare_copies(note):
    """What is the same, older, forked, and what does not show."""
    with open("head.note", "wb") as file:
        file.write(note)
    check("compare", must("compare", ".stet", "bag", "--json"))
    check("compare", must("checkpoint", "compare", "head.note", "a.stet-proof", "--json"))
    check("compare", run("compare", "head.note", "bag", "--json").stdout.decode())
    shutil.copytree(".stet", "copy.stet")
    shutil.copytree("state", "copy.state")
    must("record", "10.1234/fork", "--title", "Here", "--as", "working")
    must("record", "-C", "copy.stet", "10.1234/fork", "--title", "There", "--as", "working",
         env={**os.environ, "STET_STATE": "copy.state"})
    check("compare", run("compare", ".stet", "copy.stet", "-o", "fork.stet-evidence",
                         "--json").stdout.decode())
    check("check", run("check", "fork.stet-evidence", "--json").stdout.decode())


def read_timestamps():
    """An authority of openssl's own stamps the checkpoint."""
    tsa = os.path.join(ROOT, "tests", "support", "tsa")
    os.mkdir("tsa")
    place, trusted = os.path.abspath("tsa"), ["--tsa-ca", "tsa/ca.pem"]
    subprocess.run([tsa, "make", place], check=True)
    must("checkpoint", "timestamp-request", "-o", "tsa/q")
    subprocess.run([tsa, "stamp", place, "good", "q", "r"], check=True)
    check("timestamp", must("checkpoint", "add-timestamp", "tsa/r", *trusted, "--json"))
    check("verify", must("verify", *trusted, "--json"))
    check("check", run("check", "-", "--timestamp", "tsa/r", *trusted, "--json",
                       input=must("checkpoint").encode()).stdout.decode())


def check_contracts():
    """Each contract of records with and without what it asks for."""
    records = ["10.1234/a", "SRCH:9F810E9F", "SRCH:876DD292", "SRCH:5AE21486", "SRCH:DC2CA341"]
    for name, schema in CONTRACTS.items():
        for record in records:
            contract = json.loads(must("export", "contract", name[:-len("-v1")], record))
            for error in schema.iter_errors(contract):
                FAULTS.append("%s of %s: %s: %s" % (name, record, "/".join(map(str, error.path)),
                                                    error.message))
            if not contract["limitations"]:
                FAULTS.append("%s of %s: it has no limitations" % (name, record))


def check_statements():
    """Each statement that came out, by the schema of its type: what the input may say, and signed."""
    types = load_all(os.path.join(ROOT, "schemas"))
    count = 0
    for line in must("export", "jsonl").splitlines():
        statement = json.loads(line)["statement"]
        schema = types.get(statement["type"])
        if schema is None:
            FAULTS.append("there is no schemas/%s.schema.json" % statement["type"])
            continue
        for name in ("signed_at", "kid", "alg"):
            statement.pop(name)
        for error in schema.iter_errors(statement):
            FAULTS.append("%s: %s: %s" % (statement["type"], "/".join(map(str, error.path)),
                                          error.message))
        count += 1
    return count


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        for name in ("STET_LEDGER", "STET_KEY", "STET_TEST_NOW"):
            os.environ.pop(name, None)
        os.environ.update(HOME=scratch, XDG_CONFIG_HOME=scratch + "/config",
                          STET_STATE=scratch + "/state")
        use_ledger()
        read_ledger()
        check_contracts()
        statements = check_statements()
        os.chdir("/")
    FAULTS.extend("schemas/output/%s.schema.json: nothing was checked by it" % name
                  for name in OUTPUT if name not in CHECKED)
    for fault in FAULTS[:40]:
        print("schemas:", fault)
    print("schemas: %d outputs by %d schemas, %d statements, %d faults"
          % (sum(CHECKED.values()), len(OUTPUT), statements, len(FAULTS)))
    sys.exit(1 if FAULTS else 0)


main()
