"""An opened writer: the operations of the contract on an instance of the plugin's class."""

from __future__ import annotations

import inspect
from typing import Any, Dict, List

from ..batches.received import received_records
from ..config import AssetDefinition, TargetConfig
from ..exceptions import PluginError
from .instances import Instance, as_dict, wrong_shape
from .interruption import interruptible


class Writer(Instance):
    """An opened writer, for one object."""

    def __init__(
        self, type_: Any, asset: AssetDefinition, config: TargetConfig, output_base: str, run_id: str = ""
    ) -> None:
        def construct() -> Any:
            made = type_(asset, config, output_base)
            made.run_id = run_id
            return made

        super().__init__(type_.__name__, "writer", construct)
        self._form = type_.record_form

    def write(self, request: Dict[str, Any], header: Dict[str, Any], payload: Any) -> Dict[str, Any]:
        """Stores a batch."""
        call = f"{self.name}.write_batch"
        client = self.client()
        records = received_records(header, payload, request.get("schema") or {}, self._form)
        given = len(records)
        client.__dict__.pop("_rejections", None)
        with interruptible():
            files = client.write_batch(records, request["file_counter"])
        rejected = client.__dict__.pop("_rejections", [])
        self._check_rejected(call, rejected, given)
        result: Dict[str, Any] = {"files": _account_for(call, _files(call, files), given - len(rejected))}
        if rejected:
            result["rejected"] = rejected
        return result

    def commit(self, request: Dict[str, Any]) -> Dict[str, Any]:
        """Makes staged files visible."""
        client = self.client()
        files: List[Dict[str, Any]] = request.get("files") or []
        arguments = _taken(client.commit_files, [files, request["token"], bool(request.get("final"))])
        with interruptible():
            result = client.commit_files(*arguments)
        found = as_dict(result) if result is not None else {}
        if found is None:
            raise wrong_shape(f"{self.name}.commit_files", "a dict with status and files_added", result)
        shown: Dict[str, Any] = {"status": "success", "files_added": len(files)}
        if all(isinstance(file.get("record_count"), int) for file in files):
            shown["total_records"] = sum(file["record_count"] for file in files)
        return {**shown, **{key: value for key, value in found.items() if value is not None}}

    def abort(self, request: Dict[str, Any]) -> None:
        """Discards staged files."""
        client = self.client()
        whole_run = request.get("scope") == "run"
        with interruptible():
            if whole_run:
                client.abort_files([], request.get("run_id"))
            else:
                client.abort_files(request.get("files") or [])

    def _check_rejected(self, call: str, rejected: List[Dict[str, Any]], given: int) -> None:
        indexes = [rejection["index"] for rejection in rejected]
        if len(set(indexes)) < len(indexes) or not all(isinstance(i, int) and 0 <= i < given for i in indexes):
            raise PluginError(
                f"{call} rejected records {indexes}; each of the {given} it was given can be rejected once.",
                "PLUGIN_WRONG_SHAPE",
            )


def _files(call: str, files: Any) -> List[Dict[str, Any]]:
    found = [as_dict(file) for file in files] if isinstance(files, (list, tuple)) else [None]
    for file in found:
        if file is None or "path" not in file:
            raise wrong_shape(call, "a list of files, each with a path", files)
    return [
        {**{key: value for key, value in file.items() if value is not None}, "path": str(file["path"])}
        for file in found
        if file is not None
    ]


def _account_for(call: str, files: List[Dict[str, Any]], stored: int) -> List[Dict[str, Any]]:
    """Makes record counts add up: files that state none share what the others leave, the first of them all of it."""
    stated = sum(file.get("record_count", 0) for file in files)
    remainder = stored - stated
    for file in files:
        if "record_count" not in file:
            file["record_count"] = max(remainder, 0)
            remainder -= file["record_count"]
    if remainder != 0:
        raise PluginError(
            f"{call} was given {stored} records to store and reported {stated} in {len(files)} files.",
            "WRITER_MISCOUNTED",
        )
    return files


def _taken(method: Any, arguments: List[Any]) -> List[Any]:
    """As many of the arguments as a method takes; the first one in any case."""
    for count in range(len(arguments), 1, -1):
        try:
            inspect.signature(method).bind(*arguments[:count])
        except (TypeError, ValueError):
            continue
        return arguments[:count]
    return arguments[:1]
