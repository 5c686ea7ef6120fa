"""json_schema.py ROOT FOLDER...: JSON against the schemas in schemas/.

A file of a folder belongs to the schema whose name its own begins with: record-full.json and
record.1.jsonl to record.schema.json.  *.json is one value, *.jsonl one a line.  In a file whose
name begins with invalid- the value is under "statement", "of" says which schema is meant if not that
of the statement's type, and "schema" whether it is expected to refuse it: some rules are more than a
schema can say.
"""

import json
import os
import re
import sys

import jsonschema

import tree

faults = []


def load_schemas(root):
    schemas = {}
    folder = os.path.join(root, "schemas")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".schema.json"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            schema = json.load(file)
        if schema.get("$schema") != "https://json-schema.org/draft/2020-12/schema":
            faults.append("schemas/%s: not of draft 2020-12" % name)
        if schema.get("$id") != name:
            faults.append("schemas/%s: $id is %r" % (name, schema.get("$id")))
        faults.extend("schemas/%s: %s" % (name, fault) for fault in open_objects(schema, "#"))
        jsonschema.Draft202012Validator.check_schema(schema)
        schemas[name[: -len(".schema.json")]] = jsonschema.Draft202012Validator(schema)
    return schemas


def open_objects(schema, where):
    """Objects that take members nobody described: a schema is closed like the table behind it."""
    found = []
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "additionalProperties" not in schema:
            found.append("%s takes any member" % where)
        for key, value in schema.items():
            found += open_objects(value, "%s/%s" % (where, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            found += open_objects(value, "%s/%d" % (where, index))
    return found


def schema_of(schemas, name):
    fitting = [s for s in schemas if re.match(re.escape(s) + r"[-.]", name)]
    return max(fitting, key=len) if fitting else None


def values_of(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = text.splitlines() if path.endswith(".jsonl") else [text]
    return [json.loads(line) for line in lines if line.strip()]


def first_error(validator, value):
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    return None if error is None else "/%s: %s" % (
        "/".join(str(p) for p in error.absolute_path), error.message[:200])


def judge_invalid(schemas, path, case):
    statement = case["statement"]
    validator = schemas.get(case.get("of", statement.get("type")))
    refused = validator is None or first_error(validator, statement) is not None
    if case["schema"] not in ("refuses", "accepts"):
        faults.append("%s: 'schema' says %r" % (path, case["schema"]))
    elif refused != (case["schema"] == "refuses"):
        faults.append("%s: its schema %s it" % (path, "refuses" if refused else "accepts"))
    return refused


def main():
    root, folders = sys.argv[1], sys.argv[2:]
    schemas = load_schemas(root)
    accepted = refused = 0
    for folder in folders:
        names = [n for n in sorted(os.listdir(folder)) if n.endswith((".json", ".jsonl"))]
        if not names:
            faults.append("%s: nothing to look at" % folder)
        for name in names:
            path = os.path.join(folder, name)
            for value in values_of(path):
                if name.startswith("invalid-"):
                    refused += judge_invalid(schemas, path, value)
                    continue
                schema = schema_of(schemas, name)
                if schema is None:
                    faults.append("%s: no schema has this name" % path)
                    continue
                error = first_error(schemas[schema], value)
                if error:
                    faults.append("%s: %s" % (path, error))
                accepted += 1
    tree.finish("json_schema", faults, "%d values accepted by %d schemas, %d refused"
                % (accepted, len(schemas), refused))


main()
