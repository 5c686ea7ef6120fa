"""check_registries.py PROGRAM ROOT FOLDER: what goes to registries and archives.

DataCite XML by DataCite's own schema; Crossref fragments, PREMIS and RO-Crate by their structure,
element by element, as their standards give it: no schema of theirs is a Debian package."""

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as tree

import stet

faults = []
CROSSREF = {"correction", "corrigendum", "erratum", "addendum", "clarification",
            "expression_of_concern", "partial_retraction", "retraction", "withdrawal", "removal",
            "new_edition", "new_version"}
MAPPED = dict({nature: nature for nature in CROSSREF}, retract_and_replace="retraction",
              corrected_and_republished="new_version")
PREMIS = "{http://www.loc.gov/premis/v3}"
# The children of each element in the order of PREMIS 3.0; "*" any number, "+" at least one.
ORDER = {
    "premis": "object* event* agent*",
    "object": "objectIdentifier+ objectCharacteristics* originalName? relationship*",
    "objectIdentifier": "objectIdentifierType objectIdentifierValue",
    "objectCharacteristics": "fixity* size? format+",
    "fixity": "messageDigestAlgorithm messageDigest",
    "format": "formatDesignation",
    "formatDesignation": "formatName",
    "relationship": "relationshipType relationshipSubType relatedObjectIdentifier+",
    "relatedObjectIdentifier": "relatedObjectIdentifierType relatedObjectIdentifierValue",
    "event": "eventIdentifier eventType eventDateTime eventDetailInformation* "
             "eventOutcomeInformation* linkingAgentIdentifier* linkingObjectIdentifier*",
    "eventIdentifier": "eventIdentifierType eventIdentifierValue",
    "eventDetailInformation": "eventDetail",
    "eventOutcomeInformation": "eventOutcome? eventOutcomeDetail*",
    "eventOutcomeDetail": "eventOutcomeDetailNote",
    "linkingAgentIdentifier": "linkingAgentIdentifierType linkingAgentIdentifierValue "
                              "linkingAgentRole*",
    "linkingObjectIdentifier": "linkingObjectIdentifierType linkingObjectIdentifierValue "
                               "linkingObjectRole*",
    "agent": "agentIdentifier+ agentName* agentType? agentNote*",
    "agentIdentifier": "agentIdentifierType agentIdentifierValue",
}
EVENTS = {"ingestion", "metadata modification", "validation", "message digest calculation",
          "deaccession"}


def look_at_datacite(run, which, root, folder):
    out = os.path.join(folder, which, "datacite")
    shutil.rmtree(out, ignore_errors=True)
    run.run("export", "datacite", "--all", "-o", out)
    names = sorted(os.listdir(out))
    if len(names) != len(run.records()):
        faults.append("%s: %d DataCite files" % (which, len(names)))
    files = [os.path.join(out, name) for name in names]
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema",
         os.path.join(root, "tests/data/datacite-4.6/metadata.xsd"), *files],
        capture_output=True, text=True, timeout=600, check=False)
    valid = done.stderr.count(" validates\n")
    if done.returncode != 0 or valid != len(names):
        faults.append("%s: %d of %d valid: %s" % (which, valid, len(names), done.stderr[-600:]))
    for path in files:
        with open(path, encoding="utf-8") as file:
            if "lossy" not in file.read():
                faults.append("%s: the loss is not named" % path)
    return len(names)


def look_at_crossref(run):
    """Every nature: what Crossref knows is there, the rest refused by name."""
    seen = set()
    for nature in [e["statement"]["nature"] for e in run.entries()
                   if e["statement"]["type"] == "correction" and "source" not in e["statement"]]:
        name = "doi:10.5555/%s.0" % nature
        if nature in seen or not run.entries_of(name):
            continue
        seen.add(nature)
        done = run.try_to("export", "crossref", name)
        text = done.stdout.decode()
        refused = re.findall(r", (\w+): [^\n]*\[([a-z-]+)\]", done.stderr.decode())
        if nature in MAPPED:
            found = tree.fromstring(text).iter("{http://www.crossref.org/schema/5.3.1}update")
            if MAPPED[nature] not in [u.get("type") for u in found]:
                faults.append("crossref: %s is not a %s" % (nature, MAPPED[nature]))
        elif (nature, "nature-not-in-format") not in refused or done.returncode != 1:
            faults.append("crossref: %s is not refused: %d %s" % (nature, done.returncode, refused))
    if not {"reinstatement", "concern_lifted", "retraction", "removal"} <= seen:
        faults.append("crossref: only %s were looked at" % sorted(seen))
    text = run.try_to("export", "crossref", "--all").stdout.decode()
    for update in tree.fromstring(text).iter("{http://www.crossref.org/schema/5.3.1}update"):
        if update.get("type") not in CROSSREF or not update.text.startswith("10.") or \
                not re.fullmatch(r"\d{4}-\d\d-\d\d", update.get("date")):
            faults.append("crossref: %s" % tree.tostring(update))


def look_at_premis(run, which):
    document = tree.fromstring(run.run("export", "premis", "--all"))
    if document.tag != PREMIS + "premis" or document.get("version") != "3.0":
        faults.append("%s: not PREMIS 3" % which)
    for element in document.iter():
        name = element.tag[len(PREMIS):]
        children = "".join(child.tag[len(PREMIS):] + " " for child in element)
        wanted = "".join("(?:%s )%s" % (word.rstrip("*+?"), word[len(word.rstrip("*+?")):])
                         for word in ORDER.get(name, "").split())
        if not re.fullmatch(wanted, children):
            faults.append("%s: %s holds %s" % (which, name, children))
        if name == "eventType" and element.text not in EVENTS:
            faults.append("%s: event %r" % (which, element.text))
    events = document.findall(PREMIS + "event")
    known = {value.text for value in document.iter(PREMIS + "agentIdentifierValue")}
    objects = {value.text for value in document.iter(PREMIS + "objectIdentifierValue")}
    for event in events:
        json.loads(event.find(PREMIS + "eventDetailInformation/" + PREMIS + "eventDetail").text)
        for value in event.iter(PREMIS + "linkingAgentIdentifierValue"):
            if value.text not in known:
                faults.append("%s: agent %s is not there" % (which, value.text))
    if len(known) != len(document.findall(PREMIS + "agent")):
        faults.append("%s: an agent is there twice" % which)
    return len(events), len(objects)


def look_at_crate(run, which, records):
    crate = json.loads(run.run("export", "ro-crate", "--all"))
    graph = {item["@id"]: item for item in crate["@graph"]}
    if len(graph) != len(crate["@graph"]):
        faults.append("%s: the crate has an @id twice" % which)
    root, descriptor = graph["./"], graph["ro-crate-metadata.json"]
    if descriptor["about"] != {"@id": "./"} or \
            descriptor["conformsTo"] != {"@id": "https://w3id.org/ro/crate/1.2"}:
        faults.append("%s: the descriptor is %s" % (which, descriptor))
    for member in ("name", "description", "datePublished", "license"):
        if not root.get(member):
            faults.append("%s: the root has no %s" % (which, member))
    if "lossy" not in root["description"] or len(root["about"]) != records:
        faults.append("%s: the root is %s" % (which, str(root)[:200]))
    for item in crate["@graph"]:
        for value in [v for v in item.values() if isinstance(v, dict)]:
            if value["@id"].startswith("#") and value["@id"] not in graph:
                faults.append("%s: %s is not there" % (which, value["@id"]))
    return len(graph)


def main():
    program, root, folder = stet.arguments()
    looked = []
    for which in (stet.SHIPPED, stet.EVERY):
        run = stet.ledger_of(program, folder, which)
        records = look_at_datacite(run, which, root, folder)
        looked.append((records, look_at_premis(run, which), look_at_crate(run, which, records)))
    look_at_crossref(stet.ledger_of(program, folder, stet.EVERY))
    stet.finish("registries", faults, "records, PREMIS events and objects, crate: %s" % looked)


main()
