"""Reads from the mock API, which runs as a process of its own."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dativo_ingest import IncrementalStateManager, SourceConfig
from dativo_ingest.exceptions import DativoError

from acme_py_reader.objects import OBJECTS
from acme_py_reader.reader import AcmePyReader

ROOT = Path(__file__).parent.parent
RECORDS = 25
"""Records of each object in mock/fixtures."""


@pytest.fixture
def base_url() -> Iterator[str]:
    script = "import { startApi } from './mock/api.mjs'; console.log((await startApi()).url);"
    command = ["node", "--input-type=module", "--eval", script]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as mock:
        assert mock.stdout is not None
        yield mock.stdout.readline().strip()
        mock.terminate()


def reader(base_url: str, objects: list[str]) -> AcmePyReader:
    # = {{#if credentials}}
    # = credentials = {
    # = {{#each credentials}}
    # =     "{{key}}": "any",
    # = {{/each}}
    # = }
    # = {{else}}
    # = credentials: dict[str, str] = {}
    # = {{/if}}
    credentials = {
        "token": "any",
    }
    # =
    options = {"options": {"page_size": 10}}
    config = SourceConfig("custom", {"base_url": base_url}, credentials, objects, engine=options)
    return AcmePyReader(config)


@pytest.mark.parametrize("name", OBJECTS)
def test_every_record_is_read_and_none_twice(base_url: str, name: str) -> None:
    rows: list[Any] = []
    for page in reader(base_url, [name]).extract():
        rows += page.records
        # Going on after any page gives exactly the rest.
        later = reader(base_url, [name]).extract(IncrementalStateManager({name: page.position}, name))
        assert len(rows) + sum(len(rest.records) for rest in later) == RECORDS
    assert len({row["id"] for row in rows}) == len(rows) == RECORDS


def test_an_unknown_object_is_refused(base_url: str) -> None:
    with pytest.raises(DativoError) as refused:
        list(reader(base_url, ["no_such_object"]).extract())
    assert refused.value.error_code == "OBJECT_NOT_FOUND"
