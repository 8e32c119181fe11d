"""The classes that plugins extend, and the results they return."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Dict, Iterable, List, Optional, Sequence

from .config import AssetDefinition, SourceConfig, TargetConfig
from .partitions import Partition, PartitionTools
from .validator import IncrementalStateManager

NOT_IMPLEMENTED = "NOT_IMPLEMENTED"
"""The `error_code` of a check that a plugin does not implement: unknown, never success."""


class ConnectionTestResult:
    """What `check_connection` answers."""

    def __init__(
        self,
        success: bool,
        message: str = "",
        error_code: Optional[str] = None,
        details: Optional[Dict[str, Any]] = None,
    ) -> None:
        self.success = success
        self.message = message
        self.error_code = error_code
        self.details = details or {}

    def to_dict(self) -> Dict[str, Any]:
        """The result as it travels; an empty error_code or details is left out."""
        result: Dict[str, Any] = {"success": self.success, "message": self.message}
        if self.error_code:
            result["error_code"] = self.error_code
        if self.details:
            result["details"] = self.details
        return result

    def __repr__(self) -> str:
        return f"ConnectionTestResult({self.to_dict()})"


class DiscoveryResult:
    """What `discover` answers: objects with name, type and, where known, description and columns.

    No objects beside an `error` in the metadata is a failed discovery, and reported as one.
    """

    def __init__(self, objects: List[Dict[str, Any]], metadata: Optional[Dict[str, Any]] = None) -> None:
        self.objects = objects
        self.metadata = metadata or {}

    def to_dict(self) -> Dict[str, Any]:
        """The result as it travels."""
        return {"objects": self.objects, "metadata": self.metadata}

    def __repr__(self) -> str:
        return f"DiscoveryResult({self.to_dict()})"


def _unknown() -> ConnectionTestResult:
    return ConnectionTestResult(
        success=False,
        message="The plugin does not implement a connection check.",
        error_code=NOT_IMPLEMENTED,
    )


class BaseReader(ABC):
    """Extend it, yield records from `extract`, and name the class in a job as `path.py:Name`.

    A method `close`, when the class has one, is called once at the end.

    Example:
        class Numbers(BaseReader):
            def extract(self, state_manager=None):
                yield [{"n": n} for n in range(3)]
    """

    __version__ = "1.0.0"
    """The plugin's own version."""

    incremental: ClassVar[bool] = False
    """Whether `extract` yields positions, so that a later run goes on where this one ends and adds to the target."""

    partitioned: ClassVar[bool] = False
    """Whether `partitions` divides objects, so that their parts can be read side by side."""

    partition: Optional[Partition] = None
    """The part of the object that `extract` is to yield, where the class is `partitioned`; None for the whole."""

    def __init__(self, source_config: SourceConfig) -> None:
        self.source_config = source_config

    def check_connection(self) -> ConnectionTestResult:
        """Tests the connection; by default unknown, which is neither success nor failure."""
        return _unknown()

    def discover(self) -> DiscoveryResult:
        """Lists the objects that `extract` accepts; by default those of the job, without columns."""
        return DiscoveryResult(
            objects=[{"name": name, "type": "object"} for name in self.source_config.objects or []],
            metadata={"note": "The plugin does not implement discovery; these are the objects of the job."},
        )

    @abstractmethod
    def extract(self, state_manager: Optional[IncrementalStateManager] = None) -> Iterable[Any]:
        """Yields batches: lists of records, pyarrow / pandas / polars frames, `Page(…)` or `checkpoint(…)`.

        It is called once for each object that is read, with that object alone in `self.source_config.objects`;
        `state_manager.get()` is the position that the object was left at.
        """

    def partitions(self, tools: PartitionTools) -> Sequence[Partition]:
        """Divides the object `tools.object` into parts: together they hold every record, and each record once.

        An object that is divided into none is read whole. Asked only where the class says `partitioned = True`;
        `extract` is then called for one part at a time, which is `self.partition`.

        Example:
            partitioned = True

            def partitions(self, tools):
                return [Partition(region, {"region": region}) for region in self.client.regions()]
        """
        return []

    def get_total_records_estimate(self) -> Optional[int]:
        """Number of records that `extract` would yield; None where the source cannot tell."""
        return None


class BaseWriter(ABC):
    """Extend it, store records in `write_batch`, and name the class in a job as `path.py:Name`.

    A method `close`, when the class has one, is called once at the end.

    Example:
        class Lines(BaseWriter):
            def write_batch(self, records, file_counter):
                path = f"{self.output_base}/{self.asset_definition.name}_{file_counter}.jsonl"
                with open(path, "w") as file:
                    file.writelines(json.dumps(record) + "\\n" for record in records)
                return [{"path": path, "record_count": len(records)}]
    """

    __version__ = "1.0.0"
    """The plugin's own version."""

    idempotent_commit: ClassVar[bool] = False
    """Whether `commit_files` with the same token twice has the effect of once."""

    modes: ClassVar[Sequence[str]] = ("append",)
    """What `target.mode` may be: append, replace, merge."""

    record_form: ClassVar[str] = "json"
    """What `write_batch` is given.

    `json`: dicts that `json.dump` takes: timestamps and dates as ISO 8601 text, decimals as text, bytes as base64.
    `python`: dicts with datetime, date, Decimal and bytes.
    `arrow`: a `pyarrow.Table`.
    """

    run_id: str = ""
    """The run that is written for, set once the writer was made; put it into the names of what is staged, so that
    `abort_files` finds what a run left that crashed."""

    def __init__(self, asset_definition: AssetDefinition, target_config: TargetConfig, output_base: str) -> None:
        self.asset_definition = asset_definition
        self.target_config = target_config
        self.output_base = output_base

    def check_connection(self) -> ConnectionTestResult:
        """Tests the connection; by default unknown, which is neither success nor failure."""
        return _unknown()

    @abstractmethod
    def write_batch(self, records: Any, file_counter: int) -> List[Dict[str, Any]]:
        """Stores a batch and says where: dicts with `path`, and where known `size_bytes` and `record_count`.

        `file_counter` is the number of files that the object has had so far, over all runs.
        """

    def commit_files(self, file_metadata: List[Dict[str, Any]]) -> Dict[str, Any]:
        """Makes what was written visible. An override may take a second parameter, the token of the commit,
        which comes again when a crash leaves open whether the commit happened; and a third, whether the object is
        complete, which is when the mode replace takes effect."""
        return {"status": "success", "files_added": len(file_metadata)}

    def abort_files(self, file_metadata: List[Dict[str, Any]], run_id: Optional[str] = None) -> None:
        """Discards what was written and not committed; by default removes the files that are inside `output_base`.

        With a `run_id` there are no files: it asks for all that the run staged, which only the writer can find.
        """
        base = os.path.join(os.path.abspath(self.output_base), "")
        for metadata in file_metadata:
            path = os.path.abspath(os.path.join(base, str(metadata.get("path", ""))))
            if path.startswith(base) and os.path.isfile(path):
                os.remove(path)

    def reject(
        self,
        index: int,
        reason: str,
        path: Optional[str] = None,
        expected: Optional[str] = None,
        got: Optional[str] = None,
    ) -> None:
        """Inside `write_batch`: sets aside one record that cannot be stored, by its position in the batch."""
        rejection = {"index": index, "reason": reason, "path": path, "expected": expected, "got": got}
        rejections = self.__dict__.setdefault("_rejections", [])
        rejections.append({key: value for key, value in rejection.items() if value is not None})
