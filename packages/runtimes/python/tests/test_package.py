"""The names that plugins import, used by hand as tests of plugins do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dativo_ingest.config import AssetDefinition, SourceConfig, TargetConfig
from dativo_ingest.plugins import BaseReader, BaseWriter, ConnectionTestResult, DiscoveryResult
from dativo_ingest.validator import IncrementalStateManager


class Reader(BaseReader):
    def extract(self, state_manager: Any = None) -> Any:
        yield [{"id": 1}]


class Writer(BaseWriter):
    def write_batch(self, records: Any, file_counter: int) -> Any:
        return []


def test_a_check_that_is_not_implemented_is_unknown_and_never_success() -> None:
    reader = Reader(SourceConfig(type="custom", objects=["users"]))
    writer = Writer(AssetDefinition(name="a"), TargetConfig(type="custom"), "out")
    for result in (reader.check_connection(), writer.check_connection()):
        assert result.to_dict() == {
            "success": False,
            "message": "The plugin does not implement a connection check.",
            "error_code": "NOT_IMPLEMENTED",
        }
    assert reader.discover().objects == [{"name": "users", "type": "object"}]
    assert reader.get_total_records_estimate() is None
    assert writer.commit_files([{"path": "a"}, {"path": "b"}]) == {"status": "success", "files_added": 2}


def test_results_leave_out_what_is_empty() -> None:
    assert ConnectionTestResult(True, "ok").to_dict() == {"success": True, "message": "ok"}
    assert ConnectionTestResult(False, "no", "AUTH_FAILED", {"a": 1}).to_dict()["details"] == {"a": 1}
    assert DiscoveryResult([]).to_dict() == {"objects": [], "metadata": {}}


def test_credentials_are_not_shown() -> None:
    source = SourceConfig(type="custom", credentials={"api_key": "hunter22"}, dsn="db://hunter22")
    assert "hunter22" not in repr(source)
    assert source.model_dump()["credentials"] == {"api_key": "hunter22"}


def test_other_keys_of_an_asset_are_attributes() -> None:
    asset = AssetDefinition(name="a", extra={"team": {"owner": "x"}})
    assert asset.team == {"owner": "x"}
    with pytest.raises(AttributeError):
        _ = asset.absent


def test_aborting_removes_files_inside_the_output_folder_alone(tmp_path: Path) -> None:
    inside, outside = tmp_path / "out" / "a.json", tmp_path / "b.json"
    inside.parent.mkdir()
    inside.write_text("x")
    outside.write_text("x")
    writer = Writer(AssetDefinition(name="a"), TargetConfig(type="custom"), str(tmp_path / "out"))
    writer.abort_files([{"path": str(inside)}, {"path": "../b.json"}, {"path": "gone"}])
    assert not inside.exists()
    assert outside.exists()


def test_state_is_read_by_object() -> None:
    state = IncrementalStateManager({"users": {"at": 1}}, "users")
    assert state.get() == {"at": 1}
    assert state.get("orders", default={}) == {}
    assert state.objects == ["users"]


def test_state_files_of_the_existing_platform(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state.json"
    assert IncrementalStateManager.read_state(path) == {}
    IncrementalStateManager.update_file_state("f1", "2024-01-02", path)
    IncrementalStateManager.update_spreadsheet_state("s1", "2024-01-02", path)
    assert json.loads(path.read_text())["file_f1"] == {"last_modified": "2024-01-02", "file_id": "f1"}
    assert IncrementalStateManager.should_skip_file("f1", "2024-01-02", path)
    assert not IncrementalStateManager.should_skip_file("f1", "2024-01-03", path)
    assert not IncrementalStateManager.should_skip_file("f1", "2024-01-02", path, lookback_days=1)
    assert IncrementalStateManager.should_skip_spreadsheet("s1", "2024-01-01", path)
    assert not IncrementalStateManager.should_skip_spreadsheet("s2", "2024-01-01", path)
    assert [entry.name for entry in path.parent.iterdir()] == ["state.json"]
    path.write_text("{ damaged")
    with pytest.raises(ValueError):
        IncrementalStateManager.read_state(path)
