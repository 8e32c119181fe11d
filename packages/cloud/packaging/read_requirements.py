"""Reads what a project needs: `python read_requirements.py FILE`, a requirements file or a pyproject.toml.

Prints JSON: one requirement or option a line, paths made absolute. What Dativo brings itself is left out.
"""

import json
import os
import re
import sys

OWN = re.compile(r"^dativo[-_.]ingest(?![\w.-])", re.I)
WITH_FILE = re.compile(r"^(-r|--requirement|-c|--constraint|-f|--find-links)[\s=]+(.+)$")


def from_toml(path):
    try:
        import tomllib
    except ImportError:
        from pip._vendor import tomli as tomllib
    with open(path, "rb") as file:
        return tomllib.load(file).get("project", {}).get("dependencies", [])


def from_text(path):
    with open(path, encoding="utf-8-sig") as file:
        text = file.read().replace("\\\n", " ")
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        if line:
            yield line


def absolute(line, folder):
    found = WITH_FILE.match(line)
    if found and "://" not in found.group(2):
        return "%s %s" % (found.group(1), os.path.join(folder, found.group(2).strip()))
    if line.startswith("."):
        return os.path.join(folder, line)
    return line


def main():
    path = os.path.abspath(sys.argv[1])
    lines = from_toml(path) if path.endswith(".toml") else from_text(path)
    folder = os.path.dirname(path)
    json.dump([absolute(line, folder) for line in lines if not OWN.match(line)], sys.stdout)


if __name__ == "__main__":
    main()
