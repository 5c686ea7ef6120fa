"""check_ocfl.py PROGRAM ROOT FOLDER: the storage roots that are written, by the rules of OCFL 1.1 as
its text has them (https://ocfl.io/1.1/spec/), with the standard library alone.

Every root is judged whole: its declarations, its layout, each object's inventories against each other
and against every file.  What a version holds is compared with what the other exports write.  Then the
export runs again and nothing changes; one record is corrected, and one object has a version more."""

import hashlib
import json
import os
import re
import shutil

import stet

CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
FAULTS = []


def fault(where, what):
    FAULTS.append("%s: %s" % (where, what))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def no_twice(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a member twice")
    return dict(pairs)


def tree(folder):
    """Every file below a folder with its bytes; links and empty folders are faults."""
    files = {}
    for base, folders, names in os.walk(folder):
        if not folders and not names:
            fault(base, "an empty folder")
        for name in folders + names:
            if os.path.islink(os.path.join(base, name)):
                fault(os.path.join(base, name), "a link")
        for name in names:
            path = os.path.join(base, name)
            files[os.path.relpath(path, folder)] = read(path)
    return files


def place_of(ocfl_id):
    """Extension 0003 with its default parameters."""
    digest = hashlib.sha256(ocfl_id.encode()).hexdigest()
    encoded = "".join(c if re.match("[A-Za-z0-9_-]", c) else "".join("%%%02x" % b for b in c.encode())
                      for c in ocfl_id)
    if len(encoded) > 100:
        encoded = encoded[:100] + "-" + digest
    return "/".join([digest[0:3], digest[3:6], digest[6:9], encoded])


def paths_conflict(paths):
    taken = set(paths)
    if len(taken) != len(paths):
        return "a path twice"
    for path in paths:
        parts = path.split("/")
        if any(part in ("", ".", "..") for part in parts):
            return "'%s' is no path" % path
        for i in range(1, len(parts)):
            if "/".join(parts[:i]) in taken:
                return "'%s' is a file and a folder" % "/".join(parts[:i])
    return None


def judge_inventory(where, text):
    """The rules that need nothing but its own text; the inventory."""
    inventory = json.loads(text.decode("utf-8"), object_pairs_hook=no_twice)
    for member in ("id", "type", "digestAlgorithm", "head", "manifest", "versions"):
        if member not in inventory:
            fault(where, "no %s" % member)
    extra = set(inventory) - {"id", "type", "digestAlgorithm", "head", "manifest", "versions",
                              "contentDirectory", "fixity"}
    if extra:
        fault(where, "unknown members %s" % extra)
    if inventory["type"] != "https://ocfl.io/1.1/spec/#inventory":
        fault(where, "type")
    if inventory["digestAlgorithm"] != "sha512":
        fault(where, "digestAlgorithm")
    versions = inventory["versions"]
    if list(versions) != ["v%d" % (i + 1) for i in range(len(versions))]:
        fault(where, "versions %s" % list(versions))
    if inventory["head"] != "v%d" % len(versions):
        fault(where, "head")
    used = set()
    for name, version in versions.items():
        if set(version) != {"created", "state", "message", "user"}:
            fault(where, "%s has %s" % (name, set(version)))
        if not CREATED.match(version["created"]):
            fault(where, "created '%s'" % version["created"])
        if not version["message"] or not version["user"]["name"]:
            fault(where, "message or user")
        if not re.match("[a-z]+:.", version["user"]["address"]):
            fault(where, "address '%s'" % version["user"]["address"])
        why = paths_conflict([path for paths in version["state"].values() for path in paths])
        if why:
            fault(where, "%s: %s" % (name, why))
        used |= set(version["state"])
    if used != set(inventory["manifest"]):
        fault(where, "manifest and states have other digests")
    if any(not re.match("[0-9a-f]{128}$", digest) for digest in used):
        fault(where, "a digest")
    why = paths_conflict([path for paths in inventory["manifest"].values() for path in paths])
    if why:
        fault(where, why)
    return inventory


def judge_pair(where, files, folder):
    text = files[folder + "inventory.json"]
    sidecar = files[folder + "inventory.json.sha512"]
    if sidecar != ("%s inventory.json\n" % hashlib.sha512(text).hexdigest()).encode():
        fault(where, "%s: the sidecar" % folder)
    return judge_inventory(where + "/" + folder, text)


def judge_object(where, files):
    """An object by its files; its newest inventory."""
    if files.get("0=ocfl_object_1.1") != b"ocfl_object_1.1\n":
        fault(where, "the declaration")
    newest = judge_pair(where, files, "")
    expected = {"0=ocfl_object_1.1", "inventory.json", "inventory.json.sha512"}
    for number, name in enumerate(newest["versions"], 1):
        inventory = judge_pair(where, files, name + "/")
        expected |= {name + "/inventory.json", name + "/inventory.json.sha512"}
        if inventory["head"] != name or inventory["id"] != newest["id"]:
            fault(where, "%s: head or id" % name)
        for earlier in list(newest["versions"])[:number]:
            if inventory["versions"][earlier] != newest["versions"][earlier]:
                fault(where, "%s has another %s" % (name, earlier))
        listed = {path for paths in inventory["manifest"].values() for path in paths}
        there = {path for path in files if path.split("/")[0] in inventory["versions"]
                 and path.split("/")[1] == "content"}
        if listed != there:
            fault(where, "%s lists other files than there are: %s" % (name, listed ^ there))
    if files[newest["head"] + "/inventory.json"] != files["inventory.json"]:
        fault(where, "the newest inventory is not that of the object")
    for digest, paths in newest["manifest"].items():
        expected |= set(paths)
        for path in paths:
            if hashlib.sha512(files[path]).hexdigest() != digest:
                fault(where, "%s: its digest" % path)
        if len(paths) != 1:
            fault(where, "stored twice: %s" % paths)
    if set(files) != expected:
        fault(where, "other files than those listed: %s" % (set(files) ^ expected))
    return newest


def judge_root(root):
    """All objects by their ids: (inventory, files)."""
    files = tree(root)
    if files.pop("0=ocfl_1.1", None) != b"ocfl_1.1\n":
        fault(root, "the declaration")
    layout = json.loads(files.pop("ocfl_layout.json"))
    if layout["extension"] != LAYOUT or not layout["description"]:
        fault(root, "the layout")
    config = json.loads(files.pop("extensions/%s/config.json" % LAYOUT))
    if config != {"extensionName": LAYOUT, "digestAlgorithm": "sha256", "tupleSize": 3,
                  "numberOfTuples": 3}:
        fault(root, "the parameters of the layout: %s" % config)
    objects, parts = {}, {}
    for path, content in files.items():
        split = path.split("/", 4)
        if len(split) != 5:
            fault(root, "'%s' is in no object" % path)
            continue
        parts.setdefault("/".join(split[:4]), {})[split[4]] = content
    for place, of_object in parts.items():
        newest = judge_object(place, of_object)
        if place != place_of(newest["id"]):
            fault(place, "is not where the layout has '%s'" % newest["id"])
        if newest["id"] in objects:
            fault(place, "an id twice")
        objects[newest["id"]] = newest, of_object
    return objects


def state_of(newest, files, version=None):
    """The logical files of a version."""
    block = newest["versions"][version or newest["head"]]
    return {path: files[newest["manifest"][digest][0]]
            for digest, paths in block["state"].items() for path in paths}


def key_of(run):
    return run.run("checkpoint", "show", "--vkey").decode().strip()


def compare(run, site, name, state):
    """What a version holds is what the other commands write of the record."""
    where = "object of '%s'" % name
    if state["entries.jsonl"] != run.run("export", "jsonl", name):
        fault(where, "entries.jsonl")
    if state["entries.cborseq"] != run.run("export", "cborseq", name):
        fault(where, "entries.cborseq")
    if state["history.csv"] != run.run("export", "csv", name):
        fault(where, "history.csv")
    if state["ledger/checkpoint.txt"] != run.run("checkpoint", "show"):
        fault(where, "ledger/checkpoint.txt")
    digest = hashlib.sha256(name.encode()).hexdigest()
    shown = json.loads(read(os.path.join(site, "r", digest[:2], digest + ".json")))
    standing = json.loads(state["standing.json"])
    for member in ("as_of", "id"):
        shown.pop(member)
    if standing != shown:
        fault(where, "standing.json")
    record = json.loads(state["record.json"])
    if record["name"] != name or record["ledger"] != shown["ledger"]:
        fault(where, "record.json")
    for path, content in state.items():
        if path.startswith("artifacts/"):
            if hashlib.sha256(content).hexdigest() != path[len("artifacts/"):].replace("/", ""):
                fault(where, path)
    proof = os.path.join(run.folder, "one.stet-proof")
    with open(proof, "wb") as file:
        file.write(state["record.stet-proof"])
    run.run("check", proof, name, "--key", key_of(run))
    os.remove(proof)


def site_of(run):
    site = os.path.join(run.folder, "site")
    shutil.rmtree(site, ignore_errors=True)
    run.run("export", "site", "-o", site, "-q")
    return site


def look_at(run):
    root = os.path.join(run.folder, "ocfl")
    shutil.rmtree(root, ignore_errors=True)
    run.run("export", "ocfl", "--all", "-o", root)
    objects = judge_root(root)
    origin = "https://test.example/ledger#"
    names = sorted(key[len(origin):] for key in objects)
    if names != sorted(run.records()):
        fault(root, "other objects than records: %s" % (set(names) ^ set(run.records())))
    site = site_of(run)
    for name in names[::16]:  # each costs some runs of the command
        compare(run, site, name, state_of(*objects[origin + name]))
    before = tree(root)
    run.run("export", "ocfl", "--all", "-o", root)
    if tree(root) != before:
        fault(root, "another run has changed it")
    # The same state of the ledger, the same bytes, wherever it is written.
    other = os.path.join(run.folder, "other")
    shutil.rmtree(other, ignore_errors=True)
    run.later(3600)
    run.run("export", "ocfl", "--all", "-o", other)
    if tree(other) != before:
        fault(root, "written anew it is another")
    shutil.rmtree(other)
    run.run("check", root, "--key", key_of(run))
    return root, before, objects


def look_at_growth(run):
    root, before, objects = look_at(run)
    run.later(86400)
    run.run("correct", "doi:10.5555/every", "--set", "title=Another title", "--note", "n", "--notice",
            "none")
    run.run("export", "ocfl", "--all", "-o", root)
    grown, after = judge_root(root), tree(root)
    changed = {key for key in grown if grown[key][0] != objects.get(key, ({},))[0]}
    if changed != {"https://test.example/ledger#doi:10.5555/every"}:
        fault(root, "objects that have changed: %s" % changed)
    for path, content in before.items():
        if after.get(path) != content and not re.search(r"/inventory\.json(\.sha512)?$", path):
            fault(root, "'%s' was touched" % path)
        if re.search("/v1/", path) and after.get(path) != content:
            fault(root, "'%s' of an earlier version was touched" % path)
    newest, files = grown["https://test.example/ledger#doi:10.5555/every"]
    if newest["head"] != "v2":
        fault(root, "head %s" % newest["head"])
    compare(run, site_of(run), "doi:10.5555/every", state_of(newest, files))
    kept = [path for path in state_of(newest, files) if path.startswith("artifacts/")]
    if not kept or any(path.startswith("v2/content/artifacts") for path in files):
        fault(root, "content was stored twice")
    run.run("check", root, "--key", key_of(run))
    return len(objects)


def main():
    program, root, folder = stet.arguments()
    scratch = os.path.join(folder, "for-ocfl")
    seen = 0
    for which in (stet.SHIPPED, stet.EVERY):
        # The ledgers are for all checks, and this one appends.
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(os.path.join(folder, which), scratch, symlinks=True)
        run = stet.Stet(program, scratch)
        run.later(10 ** 6)
        seen += look_at_growth(run) if which == stet.EVERY else len(look_at(run)[2])
    shutil.rmtree(scratch)
    stet.finish("ocfl", FAULTS, "%d objects" % seen)


if __name__ == "__main__":
    main()
