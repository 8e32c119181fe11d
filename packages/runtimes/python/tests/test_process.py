"""The process that hosts a plugin, spoken to in frames."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest
from host_process import SCRIPT, HostProcess, Refused

HEAD = """
import os, sys, time, logging
from dativo_ingest import *
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., HostProcess]]:
    """Starts a process for a plugin file `plugin.py` with the text given."""
    started: List[HostProcess] = []

    def make(text: str = "", **options: Any) -> HostProcess:
        (tmp_path / "plugin.py").write_text(HEAD + textwrap.dedent(text))
        started.append(HostProcess(tmp_path, **options))
        return started[-1]

    yield make
    for one in started:
        one.kill()


def reader(body: str, attributes: str = "") -> str:
    return (
        "class Reader(BaseReader):\n"
        + textwrap.indent(textwrap.dedent(attributes), "    ")
        + "\n    def extract(self, state_manager=None):\n"
        + textwrap.indent(textwrap.dedent(body), "        ")
    )


def shown(frames: Iterator[Any]) -> List[Any]:
    """Frames in short: what a test compares."""
    found: List[Any] = []
    for frame in frames:
        header = frame.header
        if frame.name == "object":
            name = header["object"]["name"] if header["event"] == "begin" else header["object"]
            found.append((header["event"], name))
        elif frame.name == "batch":
            found.append((header["object"], json.loads(bytes(frame.payload))))
        elif frame.name == "checkpoint":
            found.append(("checkpoint", header["object"], header["state"]))
        else:
            found.append((header["reason"], header["records"], header["sequence"]))
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pid: int, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


DIVIDED = """
class Reader(BaseReader):
    incremental = True
    partitioned = True
    def partitions(self, tools):
        if tools.object == "whole":
            return []
        return [Partition(region, {"region": region, "of": tools.object}) for region in ("eu", "us")]
    def extract(self, state_manager=None):
        if self.partition is None:
            yield [{"id": 1}]
            return
        region = self.partition.params["region"]
        after = state_manager.get(default=0)
        ids = [id for id in ((1, 3) if region == "eu" else (2, 4)) if id > after]
        yield Page([{"id": id, "region": region} for id in ids], position=ids[-1])
"""


class TestReading:
    def test_small_pages_become_one_batch_and_positions_checkpoints(self, start: Any) -> None:
        host = start(
            reader(
                """
                yield [{"n": 1}]
                yield [{"n": 2}]
                yield Page([{"n": 3}], position={"n": 3})
                yield checkpoint({"n": 4})
                """,
                "incremental = True",
            )
        )
        assert shown(host.extract(host.open_reader("plugin.py:Reader"))) == [
            ("begin", "items"),
            ("items", [{"n": 1}, {"n": 2}, {"n": 3}]),
            ("checkpoint", "items", {"n": 3}),
            ("checkpoint", "items", {"n": 4}),
            ("end", "items"),
            ("done", 3, 1),
        ]

    def test_positions_keep_all_their_digits_there_and_back(self, start: Any) -> None:
        host = start(
            """
            class Reader(BaseReader):
                incremental = True
                def extract(self, state_manager=None):
                    last = state_manager.get() or {"id": 2**63 - 1}
                    yield checkpoint({"id": last["id"], "next": last["id"] + 1, "page": 7})
            """
        )
        instance = host.open_reader("plugin.py:Reader", objects=["a"])

        def position(**options: Any) -> Any:
            events = shown(host.extract(instance, objects=["a"], **options))
            return next(event[2] for event in events if event[0] == "checkpoint")

        def kept(number: int) -> Any:
            return {"$dativo": "bigint", "value": str(number)}

        assert position() == {"id": kept(2**63 - 1), "next": kept(2**63), "page": 7}
        stored = {"a": {"id": kept(2**53 + 1)}}
        assert position(state=stored) == {"id": kept(2**53 + 1), "next": kept(2**53 + 2), "page": 7}

    def test_each_object_is_asked_for_by_itself_however_the_class_keeps_them(self, start: Any) -> None:
        host = start(
            """
            class Reader(BaseReader):
                def __init__(self, source_config):
                    super().__init__(source_config)
                    self.mine = list(source_config.objects)
                def extract(self, state_manager=None):
                    for name in self.mine:
                        yield [{"of": name, "from": state_manager.get(default=0)}]
            """
        )
        instance = host.open_reader("plugin.py:Reader", objects=["a", "b", "c"])
        assert shown(host.extract(instance, objects=["a", "c"], state={"c": 7})) == [
            ("begin", "a"),
            ("a", [{"of": "a", "from": 0}]),
            ("begin", "c"),
            ("c", [{"of": "c", "from": 7}]),
            ("end", "a"),
            ("end", "c"),
            ("done", 2, 2),
        ]

    def test_a_reader_that_names_objects_itself_is_asked_once(self, start: Any) -> None:
        host = start(
            reader(
                """
                yield Page([{"n": 1}], object="b")
                yield {"records": [{"n": 2}], "object": "a"}
                """
            )
        )
        frames = shown(host.extract(host.open_reader("plugin.py:Reader", objects=["a", "b"]), objects=["a", "b"]))
        assert frames == [
            ("begin", "b"),
            ("b", [{"n": 1}]),
            ("begin", "a"),
            ("a", [{"n": 2}]),
            ("end", "b"),
            ("end", "a"),
            ("done", 2, 2),
        ]

    def test_a_divided_object_is_read_by_its_parts_and_each_goes_on_where_it_was_left(self, start: Any) -> None:
        host = start(DIVIDED)
        assert start(DIVIDED).load("plugin.py:Reader")["spec"]["partitions"] is True
        instance = host.open_reader("plugin.py:Reader", objects=["orders", "whole"])
        assert host.call("partitions", instance=instance, objects=["orders", "whole"], state={}, count=4) == [
            {"object": "orders", "id": "eu", "params": {"region": "eu", "of": "orders"}},
            {"object": "orders", "id": "us", "params": {"region": "us", "of": "orders"}},
        ]

        part = {"object": "orders", "id": "us", "params": {"region": "us", "of": "orders"}}
        assert shown(host.extract(instance, objects=["orders"], state={"orders": 2}, partition=part)) == [
            ("begin", "orders"),
            ("orders", [{"id": 4, "region": "us"}]),
            ("checkpoint", "orders", 4),
            ("end", "orders"),
            ("done", 1, 1),
        ]
        # None of it is left for the object that is read whole.
        assert ("whole", [{"id": 1}]) in shown(host.extract(instance, objects=["whole"]))

    def test_a_divided_object_that_is_read_whole_has_the_positions_of_its_parts(self, start: Any) -> None:
        host = start(DIVIDED)
        instance = host.open_reader("plugin.py:Reader", objects=["orders"])

        def read(state: Any) -> Any:
            return [e for e in shown(host.extract(instance, objects=["orders"], state=state)) if e[0] != "done"]

        assert read({"orders": {"partitions": {"eu": 1, "gone": 9}}}) == [
            ("begin", "orders"),
            ("orders", [{"id": 3, "region": "eu"}]),
            ("checkpoint", "orders", {"partitions": {"eu": 3, "gone": 9}}),
            ("orders", [{"id": 2, "region": "us"}, {"id": 4, "region": "us"}]),
            ("checkpoint", "orders", {"partitions": {"eu": 3, "gone": 9, "us": 4}}),
            ("end", "orders"),
        ]
        with pytest.raises(Refused) as caught:
            read({"orders": 7})
        assert caught.value.code == "POSITION_INVALID"

    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            ("None", "should give a list of Partition(id, params), and gave None"),
            ("[{'id': 'a'}]", "should give a list of Partition(id, params), and gave a list of a dict with id"),
            ("[Partition('')]", "partitions with an id"),
            ("[Partition('a'), Partition('a')]", 'gives two partitions the id "a"'),
            ("tools.by_range((3, 1))", "the least and the greatest value"),
        ],
    )
    def test_what_are_no_partitions_is_named(self, start: Any, answer: str, message: str) -> None:
        host = start(
            f"""
            class Reader(BaseReader):
                partitioned = True
                def partitions(self, tools): return {answer}
                def extract(self, state_manager=None): yield []
            """
        )
        instance = host.open_reader("plugin.py:Reader", objects=["orders"])
        with pytest.raises(Refused) as caught:
            host.call("partitions", instance=instance, objects=["orders"], state={}, count=4)
        assert caught.value.code == "PLUGIN_WRONG_SHAPE"
        assert message in caught.value.error["message"]

    def test_a_part_of_an_object_holds_no_records_of_another(self, start: Any) -> None:
        host = start(
            """
            class Reader(BaseReader):
                partitioned = True
                def partitions(self, tools): return [Partition("a"), Partition("b")]
                def extract(self, state_manager=None): yield Page([{"id": 1}], object="people")
            """
        )
        instance = host.open_reader("plugin.py:Reader", objects=["orders"])
        with pytest.raises(Refused) as caught:
            list(host.extract(instance, objects=["orders"]))
        assert caught.value.code == "PLUGIN_WRONG_SHAPE"

    def test_types_that_json_cannot_tell_travel_with_the_rows(self, start: Any) -> None:
        host = start(
            reader(
                """
                from datetime import datetime
                from decimal import Decimal
                yield [{"f": 1.0, "at": datetime(2024, 1, 1), "d": Decimal("1.5")}]
                """
            )
        )
        batch = next(f for f in host.extract(host.open_reader("plugin.py:Reader")) if f.name == "batch")
        assert [field["type"]["kind"] for field in batch.header["schema"]["fields"]] == [
            "number",
            "timestamp",
            "decimal",
        ]

    def test_a_batch_is_only_sent_when_one_is_granted(self, start: Any) -> None:
        host = start(reader("for n in range(5): yield Page([{'n': n}], position=n)", "incremental = True"))
        instance = host.open_reader("plugin.py:Reader")
        number = host.begin("extract", instance=instance, objects=[], state={})
        host.send("credit", {"id": number, "batches": 2})
        names = []
        for _ in range(4):
            frame = host.frame()
            names.append(frame.name)
        assert names == ["object", "batch", "checkpoint", "batch"]
        # A call of another kind is answered while the stream waits.
        assert host.call("estimate", instance=instance) is None
        host.send("cancel", {"id": number})
        frame = host.frame()
        assert (frame.name, frame.header["reason"]) == ("end", "cancelled")

    @pytest.mark.parametrize(
        ("body", "message", "hint"),
        [
            ("yield {'id': 1}", "gave a dict with id", "Yield a list: yield [record]."),
            ("yield 7", "gave a int", None),
            ("yield None", "gave None", None),
            ("yield checkpoint(1)", "does not say that later runs", "Add incremental = True to the class."),
            ("return 5\n", "gave a int", None),
        ],
    )
    def test_what_is_no_batch_is_named(self, start: Any, body: str, message: str, hint: Any) -> None:
        host = start(reader(body))
        with pytest.raises(Refused) as caught:
            list(host.extract(host.open_reader("plugin.py:Reader")))
        assert caught.value.code == "PLUGIN_WRONG_SHAPE"
        assert message in caught.value.message
        if hint is not None:
            assert caught.value.error["hint"] == hint

    def test_an_async_reader_is_told_so(self, start: Any) -> None:
        host = start("class Reader(BaseReader):\n    async def extract(self, state_manager=None):\n        yield []\n")
        with pytest.raises(Refused) as caught:
            list(host.extract(host.open_reader("plugin.py:Reader")))
        assert "not async def" in caught.value.error["hint"]

    def test_a_failed_discovery_is_an_error_and_not_an_empty_source(self, start: Any) -> None:
        host = start(
            reader("yield []")
            + "\n    def discover(self):\n        return DiscoveryResult(objects=[], metadata={'error': 'no route'})\n"
        )
        instance = host.open_reader("plugin.py:Reader")
        with pytest.raises(Refused) as caught:
            host.call("discover", instance=instance)
        assert "no route" in caught.value.message

    def test_frames_of_libraries_are_arrow(self, start: Any) -> None:
        pytest.importorskip("pyarrow")
        host = start(reader("import pyarrow as pa\nyield pa.table({'n': [1, 2]})\nyield [{'n': 3}]"))
        frames = [f for f in host.extract(host.open_reader("plugin.py:Reader")) if f.name == "batch"]
        assert [(f.header["form"], f.header["recordCount"]) for f in frames] == [("arrow-ipc", 2), ("json", 1)]

    def test_many_records_become_columns_where_the_writer_takes_them(self, start: Any) -> None:
        pytest.importorskip("pyarrow")
        host = start(reader("for i in range(4): yield [{'n': n} for n in range(10_000)]"))
        instance = host.open_reader("plugin.py:Reader")
        for accepts, last in ((["arrow", "rows"], "arrow-ipc"), (["rows", "arrow"], "json")):
            frames = [f for f in host.extract(instance, accepts=accepts) if f.name == "batch"]
            assert frames[-1].header["form"] == last
            assert sum(f.header["recordCount"] for f in frames) == 40_000


class TestWriting:
    BODY = """
    class Writer(BaseWriter):
        given = []
        def write_batch(self, records, file_counter):
            Writer.given.append(records)
            if records[0].get("bad"):
                self.reject(0, "bad", path="bad")
            return [{"path": f"f{file_counter}"}]
        def commit_files(self, file_metadata, token):
            return {"status": "success", "files_added": len(file_metadata), "token": token}
    """

    def test_counts_are_completed_and_the_token_handed_over(self, start: Any) -> None:
        host = start(self.BODY)
        instance = host.open_writer("plugin.py:Writer")
        request = {"instance": instance, "schema": {"fields": []}, "file_counter": 4, "token": "t1"}
        assert host.call("write", batch=b'[{"a":1},{"a":2}]', **request) == {
            "files": [{"path": "f4", "record_count": 2}]
        }
        assert host.call("write", batch=b'[{"bad":1},{"a":2}]', **request) == {
            "files": [{"path": "f4", "record_count": 1}],
            "rejected": [{"index": 0, "reason": "bad", "path": "bad"}],
        }
        files = [{"path": "f4", "record_count": 2}]
        assert host.call("commit", instance=instance, files=files, token="t1", final=True, schema={"fields": []}) == {
            "status": "success",
            "files_added": 1,
            "total_records": 2,
            "token": "t1",
        }
        assert host.call("abort", instance=instance, scope="run", run_id="r") is None

    def test_a_writer_knows_its_run_and_when_the_object_is_complete(self, start: Any) -> None:
        host = start(
            """
            class Writer(BaseWriter):
                def write_batch(self, records, file_counter):
                    return [{"path": self.run_id}]
                def commit_files(self, file_metadata, token, final):
                    return {"status": "success", "final": final}
            """
        )
        instance = host.open_writer("plugin.py:Writer")
        request = {"instance": instance, "schema": {"fields": []}, "file_counter": 0, "token": "t1"}
        files = host.call("write", batch=b'[{"a":1}]', **request)["files"]
        assert files == [{"path": "run-1", "record_count": 1}]
        for final in (False, True):
            committed = host.call("commit", instance=instance, files=files, token="t1", final=final, schema={})
            assert committed["final"] is final

    @pytest.mark.parametrize(
        ("returned", "code"),
        [
            ("[{'path': 'a', 'record_count': 5}]", "WRITER_MISCOUNTED"),
            ("[]", "WRITER_MISCOUNTED"),
            ("None", "PLUGIN_WRONG_SHAPE"),
            ("[{'size': 1}]", "PLUGIN_WRONG_SHAPE"),
        ],
    )
    def test_what_a_writer_may_not_return(self, start: Any, returned: str, code: str) -> None:
        host = start(
            f"class Writer(BaseWriter):\n    def write_batch(self, records, file_counter):\n        return {returned}\n"
        )
        instance = host.open_writer("plugin.py:Writer")
        with pytest.raises(Refused) as caught:
            host.call("write", batch=b'[{"a":1}]', instance=instance, schema={"fields": []}, file_counter=0, token="t")
        assert caught.value.code == code

    def test_the_spec_says_what_the_class_says(self, start: Any) -> None:
        host = start(
            '''
            class Writer(BaseWriter):
                """Writes things.

                More of it."""
                __version__ = "2.1.0"
                idempotent_commit = True
                modes = ("append", "replace")
                def write_batch(self, records, file_counter): ...
            '''
        )
        assert host.load("plugin.py:Writer")["spec"] == {
            "name": "Writer",
            "kind": "writer",
            "version": "2.1.0",
            "api": 1,
            "description": "Writes things.",
            "accepts": ["rows"],
            "idempotent_commit": True,
            "modes": ["append", "replace"],
        }

    def test_columns_for_a_writer_that_asks_for_them(self, start: Any) -> None:
        pa = pytest.importorskip("pyarrow")
        host = start(
            """
            class Writer(BaseWriter):
                record_form = "arrow"
                def write_batch(self, records, file_counter):
                    return [{"path": str(records.column_names), "record_count": records.num_rows}]
            """
        )
        instance = host.open_writer("plugin.py:Writer")
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, pa.schema([("n", pa.int64())])) as stream:
            stream.write_table(pa.table({"n": [1, 2]}))
        number = host.begin("write", instance=instance, schema={"fields": []}, file_counter=0, token="t")
        header = {"id": number, "sequence": 0, "object": "", "form": "arrow-ipc", "recordCount": 2}
        host.send("batch", header, sink.getvalue().to_pybytes())
        assert host.frame().header["value"] == {"files": [{"path": "['n']", "record_count": 2}]}

    def test_a_commit_is_not_torn_apart_by_a_cancel(self, start: Any) -> None:
        host = start(
            """
            class Writer(BaseWriter):
                def write_batch(self, records, file_counter): return []
                def commit_files(self, file_metadata):
                    print("committing", flush=True)
                    time.sleep(0.5)
                    return {"status": "success", "files_added": 7}
            """
        )
        instance = host.open_writer("plugin.py:Writer")
        number = host.begin("commit", instance=instance, files=[], token="t", final=True, schema={"fields": []})
        assert host.process.stdout.readline() == b"committing\n"
        host.send("cancel", {"id": number})
        assert host.frame().header["value"]["files_added"] == 7


class TestLoading:
    @pytest.mark.parametrize(
        ("text", "reference", "code", "part"),
        [
            ("", "plugn.py:Reader", "PLUGIN_NOT_FOUND", "Did you mean plugin.py:Reader?"),
            ("", "plugin.py:Reader", "PLUGIN_EXPORT_NOT_FOUND", "It has no class that extends"),
            (reader("yield []"), "plugin.py:Raeder", "PLUGIN_EXPORT_NOT_FOUND", "Did you mean Reader?"),
            ("Reader = 5", "plugin.py:Reader", "PLUGIN_INVALID", "is a int"),
            ("class Reader: pass", "plugin.py:Reader", "PLUGIN_INVALID", "the class Reader"),
            ("class Reader(BaseReader): pass", "plugin.py:Reader", "PLUGIN_INVALID", "does not define extract"),
            ("import not_there_at_all", "plugin.py:Reader", "PLUGIN_LOAD_FAILED", "pip install not_there_at_all"),
            ("import dativo_ingest.connectors", "plugin.py:Reader", "PLUGIN_LOAD_FAILED", "has the modules plugins"),
            ("1 / 0", "plugin.py:Reader", "PLUGIN_LOAD_FAILED", "division by zero"),
            ("def broken(:", "plugin.py:Reader", "PLUGIN_LOAD_FAILED", "SyntaxError"),
            ("sys.exit(3)", "plugin.py:Reader", "PLUGIN_LOAD_FAILED", "SystemExit"),
        ],
    )
    def test_what_cannot_be_loaded_says_why(self, start: Any, text: str, reference: str, code: str, part: str) -> None:
        with pytest.raises(Refused) as caught:
            start(text).load(reference)
        assert caught.value.code == code
        assert part in caught.value.message + caught.value.error["hint"]

    def test_relative_imports_siblings_and_the_project_root_work(self, start: Any, tmp_path: Path) -> None:
        folder = tmp_path / "plugins"
        folder.mkdir()
        (folder / "sibling.py").write_text("A = 1")
        (tmp_path / "shared.py").write_text("B = 2")
        (folder / "my_reader.py").write_text(
            "from dativo_ingest.plugins import BaseReader\nfrom .sibling import A\nfrom plugins.sibling import A as B\n"
            "import sibling, shared\nclass Reader(BaseReader):\n    def extract(self, state_manager=None):\n"
            "        yield [{'a': A, 'b': shared.B, 'name': __name__}]\n"
        )
        host = start()
        instance = host.open_reader("plugins/my_reader.py:Reader")
        assert host.rows(instance) == [{"a": 1, "b": 2, "name": "plugins.my_reader"}]

    def test_an_installed_package_of_the_same_contract_is_respected_and_a_strangers_is_not(
        self, start: Any, tmp_path: Path
    ) -> None:
        own = Path(__file__).resolve().parents[1] / "python" / "dativo_ingest"
        installed, stranger = tmp_path / "installed", tmp_path / "stranger"
        shutil.copytree(own, installed / "dativo_ingest", ignore=shutil.ignore_patterns("__pycache__"))
        (stranger / "dativo_ingest").mkdir(parents=True)
        (stranger / "dativo_ingest" / "__init__.py").write_text("raise SystemExit('the existing platform')")
        text = "print(sys.modules['dativo_ingest'].__file__, flush=True)\n" + reader("yield []")
        for folder, expected in ((installed, installed / "dativo_ingest"), (stranger, own)):
            host = start(text, env={"PYTHONPATH": str(folder)})
            host.load("plugin.py:Reader")
            assert host.end().stdout.decode().strip() == str(expected / "__init__.py")

    def test_an_interpreter_that_is_too_old_is_refused(self, start: Any) -> None:
        old = next(
            (path for name in ("python2.7", "python3.6", "python3.7", "python3.8") if (path := interpreter(name))), None
        )
        if old is None:
            pytest.skip("no Python older than 3.9 is installed here")
        with pytest.raises(Refused) as caught:
            start(reader("yield []"), python=old).load("plugin.py:Reader")
        assert caught.value.code == "PLUGIN_LOAD_FAILED"
        assert "need Python 3.9 or newer" in caught.value.message


def interpreter(name: str) -> Any:
    """An interpreter on PATH, or one that pyenv keeps."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{name.replace('python', '')}*/bin/python"))
    return str(kept[0]) if kept else shutil.which(name)


class TestOutput:
    def test_prints_are_standard_output_and_log_records_are_frames(self, start: Any) -> None:
        host = start(
            reader(
                """
                print("printed")
                os.write(1, b"written\\n")
                logging.getLogger("plugin").debug("mine %d", 1)
                logging.getLogger("library").debug("not wanted")
                logging.getLogger("library").warning("wanted")
                import warnings; warnings.warn("careful")
                try: 1 / 0
                except ZeroDivisionError: logging.exception("caught")
                yield [{"n": 1}]
                """
            )
        )
        host.rows(host.open_reader("plugin.py:Reader"))
        assert [
            (log["level"], log["message"].split("\n")[0]) for log in host.logs if "careful" not in log["message"]
        ] == [
            ("debug", "mine 1"),
            ("warn", "wanted"),
            ("error", "caught"),
        ]
        assert any("careful" in log["message"] for log in host.logs)
        assert "ZeroDivisionError" in host.logs[-1]["fields"]["traceback"]
        assert {log["source"] for log in host.logs} == {"Reader"}
        assert host.end().stdout == b"printed\nwritten\n"

    def test_a_plugin_may_take_the_streams_away(self, start: Any) -> None:
        host = start(reader("sys.stdout.close()\nsys.stderr = None\nyield [{'n': 1}]"))
        assert host.rows(host.open_reader("plugin.py:Reader")) == [{"n": 1}]

    def test_a_flood_of_log_records_is_counted(self, start: Any) -> None:
        host = start(reader("for n in range(50_000): logging.info(n)\nyield [{'n': 1}]"))
        host.rows(host.open_reader("plugin.py:Reader"))
        host.begin("close", instance=2)
        host._socket.shutdown(1)
        while host.frame() is not None:
            pass
        assert len(host.logs) < 10_000
        left_out = sum(log["fields"].get("omitted", 0) for log in host.logs)
        assert left_out + sum("omitted" not in log["fields"] for log in host.logs) == 50_000


class TestEnding:
    @pytest.mark.parametrize(
        "waits",
        ["time.sleep(60)", "__import__('socket').create_server(('127.0.0.1', 0)).accept()", "while True: pass"],
        ids=["sleeping", "on a socket", "busy"],
    )
    def test_a_cancelled_extract_is_torn_out_and_its_finally_runs(self, start: Any, tmp_path: Path, waits: str) -> None:
        host = start(
            reader(
                f"""
                try:
                    yield [{{"n": 1}}]
                    yield Page([], position=1)
                    print("waiting", flush=True)
                    {waits}
                finally:
                    open("{tmp_path}/released", "w").close()
                """,
                "incremental = True",
            )
        )
        instance = host.open_reader("plugin.py:Reader")
        number = host.begin("extract", instance=instance, objects=[], state={})
        host.send("credit", {"id": number, "batches": 9})
        assert [host.frame().name for _ in range(3)] == ["object", "batch", "checkpoint"]
        assert host.process.stdout is not None
        assert host.process.stdout.readline() == b"waiting\n"
        started = time.monotonic()
        host.send("cancel", {"id": number})
        frame = host.frame()
        assert (frame.name, frame.header["reason"]) == ("end", "cancelled")
        assert time.monotonic() - started < 30
        assert (tmp_path / "released").exists()
        # The process goes on with the next call.
        assert host.call("check", instance=instance)["error_code"] == "NOT_IMPLEMENTED"

    def test_what_runs_when_it_is_cancelled_is_not_torn_apart_by_a_second_cancel(
        self, start: Any, tmp_path: Path
    ) -> None:
        host = start(
            reader(
                f"""
                try:
                    print("waiting", flush=True)
                    time.sleep(60)
                    yield []
                finally:
                    print("ending", flush=True)
                    time.sleep(0.5)
                    open("{tmp_path}/released", "w").close()
                """
            )
        )
        instance = host.open_reader("plugin.py:Reader")
        number = host.begin("extract", instance=instance, objects=[], state={})
        host.send("credit", {"id": number, "batches": 1})
        assert host.process.stdout is not None
        assert host.process.stdout.readline() == b"waiting\n"
        host.send("cancel", {"id": number})
        assert host.process.stdout.readline() == b"ending\n"
        # The run that is cancelled cancels the instance as well.
        host.send("cancel", {"id": instance})
        assert host.frame().header["reason"] == "cancelled"
        assert (tmp_path / "released").exists()

    def test_close_is_called_when_the_host_closes_its_side(self, start: Any) -> None:
        host = start(reader("yield [{'n': 1}]") + "\n    def close(self): print('closed')\n")
        host.rows(host.open_reader("plugin.py:Reader"))
        ended = host.end()
        assert ended.stdout == b"closed\n"

    def test_a_busy_process_ends_when_the_host_closes_its_side(self, start: Any) -> None:
        host = start(reader("while True:\n    try: time.sleep(60)\n    except BaseException: pass\nyield []"))
        instance = host.open_reader("plugin.py:Reader")
        number = host.begin("extract", instance=instance, objects=[], state={})
        host.send("credit", {"id": number, "batches": 1})
        assert host.end().returncode == -signal.SIGKILL

    def test_processes_that_the_plugin_forks_leave_the_frames_alone(self, start: Any) -> None:
        host = start(
            reader(
                """
                import multiprocessing
                with multiprocessing.get_context("fork").Pool(2) as pool:
                    yield [{"n": n} for n in pool.map(abs, [-1, -2])]
                child = os.fork()
                logging.info("both")
                yield [{"n": 3}]
                os.waitpid(child, 0)
                """
            )
        )
        assert host.rows(host.open_reader("plugin.py:Reader")) == [{"n": 1}, {"n": 2}, {"n": 3}]
        assert [log["message"] for log in host.logs if log["message"] == "both"] == ["both"]
        assert host.call("check", instance=2)["success"] is False

    def test_memory_is_bounded_and_the_error_says_so(self, start: Any) -> None:
        host = start(reader("all = []\nwhile True: all.append(bytearray(1 << 20))\nyield all"), memory_mb=96)
        with pytest.raises(Refused) as caught:
            list(host.extract(host.open_reader("plugin.py:Reader")))
        assert caught.value.code == "PLUGIN_CRASHED"
        assert "ran out of memory" in caught.value.message
        assert host.process.wait(60) == -signal.SIGKILL

    def test_it_ends_with_what_it_started_when_its_host_is_killed(self, start: Any, tmp_path: Path) -> None:
        text = reader(
            f"""
            import subprocess
            child = subprocess.Popen(["sleep", "600"])
            open({str(tmp_path / "pids")!r}, "w").write(f"{{os.getpid()}} {{child.pid}} .")
            signal = __import__("signal"); signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True: pass
            yield []
            """
        )
        (tmp_path / "plugin.py").write_text(HEAD + text)
        host_script = tmp_path / "host.py"
        host_script.write_text(
            f"import sys\nsys.path[:0] = [{str(Path(__file__).parent)!r}, {str(SCRIPT.parent)!r}]\n"
            "from pathlib import Path\nfrom host_process import HostProcess\n"
            f"host = HostProcess(Path({str(tmp_path)!r}))\n"
            "list(host.extract(host.open_reader('plugin.py:Reader')))\n"
        )
        host = subprocess.Popen([sys.executable, str(host_script)])
        pids = tmp_path / "pids"
        end = time.monotonic() + 60
        while time.monotonic() < end and not (pids.exists() and pids.read_text().endswith(".")):
            time.sleep(0.05)
        plugin, child = (int(pid) for pid in pids.read_text().split()[:2])
        host.send_signal(signal.SIGKILL)
        host.wait()
        assert gone(plugin)
        assert gone(child)


def test_errors_in_the_constructor_name_it_and_fail_a_check_politely(start: Callable[..., HostProcess]) -> None:
    host = start(
        reader("yield []")
        + "\n    def __init__(self, source_config):\n        raise ValueError('base_url is required')\n"
    )
    instance = host.open_reader("plugin.py:Reader")
    answer: Dict[str, Any] = host.call("check", instance=instance)
    assert answer["success"] is False
    assert "base_url is required" in answer["message"]
    with pytest.raises(Refused) as caught:
        host.call("discover", instance=instance)
    assert caught.value.message.startswith('Plugin "Reader" failed in __init__: ValueError: base_url is required (')
    assert caught.value.error["details"]["call"] == "__init__"
