#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check_schema.py SCHEMA YAML...: one word a file, "good" or "bad".

Reads YAML as an editor does: the core schema of YAML 1.2, in which "no" and a
date are text and every key is a string.
"""
import json
import re
import sys

import jsonschema
import yaml


class Core(yaml.SafeLoader):
    yaml_implicit_resolvers = {}


for tag, pattern, first in (
        ("null", r"^(?:|~|null)$", ["", "~", "n"]),
        ("bool", r"^(?:true|false)$", "tf"),
        ("int", r"^(?:[-+]?[0-9]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
        ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$",
         "-+.0123456789")):
    Core.add_implicit_resolver("tag:yaml.org,2002:" + tag,
                               re.compile(pattern), list(first))
Core.add_constructor(
    "tag:yaml.org,2002:int",
    lambda loader, node: int(node.value, 16) if node.value.startswith("0x")
    else int(node.value, 10))


def with_text_keys(value):
    if isinstance(value, dict):
        return {str(k): with_text_keys(v) for k, v in value.items()}
    if isinstance(value, list):
        return [with_text_keys(v) for v in value]
    return value


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as f:
            data = with_text_keys(yaml.load(f, Core))
        error = jsonschema.exceptions.best_match(validator.iter_errors(data))
        print("bad" if error else "good")
        if error:
            print(f"{name}: {error.json_path}: {error.message[:200]}",
                  file=sys.stderr)


main()
