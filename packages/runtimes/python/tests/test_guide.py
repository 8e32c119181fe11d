"""Every Python block of the guide runs unmodified against the package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from guide_blocks import CLIENT, block, blocks, in_a_class
from host_process import HostProcess, Refused

PACKAGE = Path(__file__).resolve().parents[1] / "python"
API = """
class AuthenticationError(Exception):
    pass


class Thing:
    version = "7"
    def __init__(self, name):
        self.name, self.description = name, f"All {name}"


class MyAPIClient:
    def __init__(self, base_url, api_key):
        if api_key == "wrong":
            self.list_objects = self.refuse
        self.base_url = base_url

    def refuse(self):
        raise AuthenticationError("expired")

    def ping(self):
        return Thing("ping")

    def list_objects(self):
        return [Thing("users"), Thing("orders")]

    def get_page(self, name, page):
        return [{"id": page * 10 + n, "of": name} for n in range(2)] if page < 4 else []

    def get_count(self):
        return 12
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose plugins are the guide's."""
    (tmp_path / "plugins").mkdir()
    (tmp_path / "my_api_client.py").write_text(API)
    (tmp_path / "plugins" / "my_reader.py").write_text(block("class MyCustomReader(BaseReader)") + CLIENT)
    (tmp_path / "plugins" / "my_writer.py").write_text(block("class MyCustomWriter(BaseWriter)"))
    return tmp_path


@pytest.fixture
def host(project: Path) -> Iterator[Callable[..., HostProcess]]:
    """Starts a process for the project."""
    started = []

    def make() -> HostProcess:
        started.append(HostProcess(project))
        return started[-1]

    yield make
    for one in started:
        one.kill()


def python(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": f"{PACKAGE}{os.pathsep}{project}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_there_are_as_many_blocks_as_are_tested_here() -> None:
    assert len(blocks()) == 10


def test_the_test_script(project: Path) -> None:
    (project / "try_plugin.py").write_text(block("Test script for custom plugin"))
    assert python(project, "try_plugin.py").splitlines() == [
        "Connection test: {'success': True, 'message': 'Connection successful'}",
        "Discovered objects: {'objects': [{'name': 'users', 'type': 'table', 'description': 'All users'}, "
        "{'name': 'orders', 'type': 'table', 'description': 'All orders'}], 'metadata': {'api_version': 'v1'}}",
        "Batch 0: 2 records",
        "Sample: {'id': 10, 'of': 'users'}",
        "Batch 1: 2 records",
        "Sample: {'id': 20, 'of': 'users'}",
        "Batch 2: 2 records",
        "Sample: {'id': 30, 'of': 'users'}",
    ]


def test_the_pytest_file(project: Path) -> None:
    (project / "test_plugin.py").write_text(block("Unit tests for custom plugin"))
    assert "3 passed" in python(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_plugin.py")


def test_the_reader(host: Any) -> None:
    process = host()
    instance = process.open_reader(
        "plugins/my_reader.py:MyCustomReader",
        connection={"base_url": "https://api.example.com"},
        credentials={"api_key": "test_key"},
        objects=["users", "orders"],
    )
    assert process.call("check", instance=instance) == {"success": True, "message": "Connection successful"}
    assert process.call("discover", instance=instance)["objects"][1]["name"] == "orders"
    assert process.call("estimate", instance=instance, objects=[], state={}) == 12
    rows = process.rows(instance, objects=["users", "orders"])
    assert [row["of"] for row in rows] == ["users"] * 6 + ["orders"] * 6


@pytest.mark.parametrize("form", ["jsonl", "json"])
def test_the_writer_is_given_what_its_json_dump_takes(host: Any, project: Path, form: str) -> None:
    process = host()
    instance = process.open_writer("plugins/my_writer.py:MyCustomWriter", engine={"options": {"format": form}})
    assert process.call("check", instance=instance)["message"] == "Target accessible"
    batch = (
        b'[{"at":"2024-01-02T03:04:05Z","price":"1.10","bytes":{"$dativo":"binary","value":"AP8="},'
        b'"big":{"$dativo":"bigint","value":"9007199254740993"},"when":{"$dativo":"date","value":"2024-01-01T00:00:00.000Z"}}]'
    )
    schema = {"fields": [{"name": "at", "type": {"kind": "timestamp", "zone": True}}]}
    written = process.call("write", batch=batch, instance=instance, schema=schema, file_counter=3, token="t")
    path = project / "items_000003.json"
    assert written == {"files": [{"path": str(path), "size_bytes": path.stat().st_size, "record_count": 1}]}
    record = json.loads(path.read_text()) if form == "jsonl" else json.loads(path.read_text())[0]
    assert record == {
        "at": "2024-01-02T03:04:05Z",
        "price": "1.10",
        "bytes": "AP8=",
        "big": 9007199254740993,
        "when": "2024-01-01T00:00:00.000Z",
    }
    committed = process.call("commit", instance=instance, files=written["files"], token="t", final=True, schema=schema)
    assert committed == {"status": "success", "files_added": 1, "total_records": 1}


READER = "from dativo_ingest.plugins import BaseReader, ConnectionTestResult\n\nclass Reader(BaseReader):"


def fragment(project: Path, process: HostProcess, part: str, rest: str, **config: Any) -> int:
    """A reader with a fragment of the guide's best practices in it."""
    (project / "fragment.py").write_text(in_a_class(block(part), READER, textwrap.dedent(rest)))
    return process.open_reader("fragment.py:Reader", **config)


class TestBestPractices:
    def test_error_handling(self, host: Any, project: Path) -> None:
        process = host()
        (project / "my_api_client.py").write_text(API + "\nimport builtins\nbuiltins.records = [{'id': 1}]\n")
        assert process.rows(fragment(project, process, "Extract with proper error handling", "")) == [{"id": 1}]

    @pytest.mark.parametrize(
        ("raised", "code", "retryable", "message"),
        [
            ("ConnectionError('reset')", "CONNECTION_FAILED", True, "RuntimeError: Connection failed: reset"),
            ("TypeError('odd')", "PLUGIN_ERROR", False, "ValueError: Extraction failed: odd"),
        ],
    )
    def test_error_handling_of_errors(
        self, host: Any, project: Path, raised: str, code: str, retryable: bool, message: str
    ) -> None:
        process = host()
        # `records` is what the guide leaves open: here, getting it fails.
        (project / "fragment.py").write_text(
            in_a_class(block("Extract with proper error handling"), READER)
            + "\nimport builtins, types\n"
            + "class Names(dict):\n    def __missing__(self, key):\n"
            + f"        raise {raised}\n"
            + "names = {'__builtins__': Names(vars(builtins))}\n"
            + "Reader.extract = types.FunctionType(Reader.extract.__code__, names, 'extract', (None,))\n"
        )
        instance = process.open_reader("fragment.py:Reader")
        with pytest.raises(Refused) as caught:
            process.rows(instance)
        assert (caught.value.code, caught.value.error["retryable"]) == (code, retryable)
        assert message in caught.value.message

    def test_logging(self, host: Any, project: Path) -> None:
        process = host()
        rest = "def _extract_pages(self):\n    yield [{'id': 1}]\n    yield [{'id': 2}]\n"
        instance = fragment(project, process, "Extract with logging", rest)
        assert process.rows(instance) == [{"id": 1}, {"id": 2}]
        assert [(log["level"], log["message"]) for log in process.logs] == [
            ("info", "Starting extraction"),
            ("debug", "Extracted page with 1 records"),
            ("debug", "Extracted page with 1 records"),
            ("info", "Extraction complete"),
        ]

    def test_configuration_validation(self, host: Any, project: Path) -> None:
        rest = "def extract(self, state_manager=None):\n    yield [{'id': 1}]\n"
        process = host()
        instance = fragment(project, process, "Initialize with validation", rest, connection={"base_url": "x"})
        assert "api_key is required in credentials" in process.call("check", instance=instance)["message"]
        process = host()
        config = {"connection": {"base_url": "x"}, "credentials": {"api_key": "k"}}
        assert process.rows(fragment(project, process, "Initialize with validation", rest, **config)) == [{"id": 1}]

    def test_batch_size(self, host: Any, project: Path) -> None:
        process = host()
        rest = "def _fetch_records(self):\n    return ({'n': n} for n in range(2500))\n"
        assert len(process.rows(fragment(project, process, "Extract with optimal batch size", rest))) == 2500

    def test_memory_management(self, host: Any, project: Path) -> None:
        process = host()
        rest = (
            "def _fetch_chunks(self):\n    return range(3)\n"
            "def _process_chunk(self, chunk):\n    return [{'chunk': chunk}]\n"
        )
        instance = fragment(project, process, "Extract with memory management", rest)
        assert process.rows(instance) == [{"chunk": 0}, {"chunk": 1}, {"chunk": 2}]

    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            (
                "test_key",
                {
                    "success": True,
                    "message": "Connection successful",
                    "details": {"server_version": "7", "authenticated": True},
                },
            ),
            ("wrong", {"success": False, "message": "Authentication failed: expired", "error_code": "AUTH_FAILED"}),
        ],
    )
    def test_testing_the_connection(self, host: Any, project: Path, key: str, expected: Any) -> None:
        process = host()
        rest = (
            "def __init__(self, source_config):\n    super().__init__(source_config)\n"
            f"    self.client = MyAPIClient('x', {key!r})\n"
            "def extract(self, state_manager=None):\n    yield []\n"
        )
        instance = fragment(project, process, "Comprehensive connection test", rest)
        assert process.call("check", instance=instance) == expected
