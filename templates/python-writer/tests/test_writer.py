"""Writes to the mock API, which runs as a process of its own."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dativo_ingest import AssetDefinition, TargetConfig

from acme_py_writer.writer import AcmePyWriter

ROOT = Path(__file__).parent.parent
RECORDS = [{"id": f"a-{n}", "name": "Ada"} for n in range(25)]


@pytest.fixture
def base_url() -> Iterator[str]:
    script = "import { startApi } from './mock/api.mjs'; console.log((await startApi()).url);"
    command = ["node", "--input-type=module", "--eval", script]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as mock:
        assert mock.stdout is not None
        yield mock.stdout.readline().strip()
        mock.terminate()


def writer(base_url: str) -> AcmePyWriter:
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
    target = TargetConfig("custom", {"base_url": base_url}, credentials)
    opened = AcmePyWriter(AssetDefinition("people"), target, "out")
    opened.run_id = "run-1"
    return opened


def stored(base_url: str) -> list[Any]:
    with urllib.request.urlopen(f"{base_url}/records?object=people") as answer:
        return list(json.load(answer)["data"])


def test_records_are_visible_after_the_commit_and_once_per_token(base_url: str) -> None:
    opened = writer(base_url)
    staged = opened.write_batch(RECORDS, 0)
    assert stored(base_url) == []
    opened.commit_files(staged, "token-1")
    opened.commit_files(staged, "token-1")
    assert stored(base_url) == RECORDS


def test_what_a_run_left_is_given_up(base_url: str) -> None:
    staged = writer(base_url).write_batch(RECORDS, 0)
    writer(base_url).abort_files([], "run-1")
    with pytest.raises(Exception, match="409"):
        writer(base_url).commit_files(staged, "token-1")
    assert stored(base_url) == []
