"""Answers the calls of one request, one after the other: the whole of what an invocation of a function does."""

from __future__ import annotations

import time
import uuid
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional

from dativo_ingest.contract import CONTRACT_VERSION, FRAME_PROTOCOL_VERSION, PACKAGE_VERSION
from dativo_ingest.exceptions import PluginError
from dativo_ingest.host.frames import Frame, encode_frame, read_frame
from dativo_ingest.host.operations import Operations

from .config_path import with_kept_value
from .object_store import get_object, put_object
from .output import Output
from .package import LoadingFailed, Package
from .response_budget import ResponseBudget
from .secrets import secret_value


class Call(NamedTuple):
    """A call of the request, with the batch that came with it."""

    id: int
    name: str
    params: Dict[str, Any]
    batch: Optional[Frame] = None


class Invocation:
    """One invocation; the response is what `answers` yields."""

    def __init__(self, package: Package, output: Output, remaining_ms: Optional[Callable[[], float]] = None) -> None:
        self._package = package
        self._output = output
        self._started = _now_ms()
        self._remaining_ms = remaining_ms
        self._bounds: Dict[str, Any] = {}
        self._operations = Operations()
        self._sent = 0

    def answers(self, request: bytes) -> Iterator[bytes]:
        """The frames of the response; plugin code runs while it is advanced."""
        yield self._frame(
            "hello",
            {
                "protocol": FRAME_PROTOCOL_VERSION,
                "api": CONTRACT_VERSION,
                "name": "@dativo/cloud",
                "sdk": f"dativo-ingest {PACKAGE_VERSION}",
            },
        )
        failed = False
        try:
            for call in _calls(request):
                if failed and call.name != "close":
                    continue
                try:
                    if call.name == "extract":
                        yield from self._extract(call)
                    else:
                        value = self._answer(call)
                        yield self._logs()
                        yield self._frame("result", {"id": call.id, "value": value})
                except (GeneratorExit, KeyboardInterrupt, SystemExit):
                    raise
                except BaseException as thrown:
                    failed = True
                    yield self._logs()
                    yield self._frame("error", {"id": call.id, "error": self._error(call, thrown)})
        finally:
            self._operations.close()
        yield self._logs()

    def _answer(self, call: Call) -> Any:
        if call.name == "invocation":
            self._bounds = call.params
            return None
        if call.name == "load":
            self._operations, answer = self._package.load(call.params)
            self._output.named(self._operations.name)
            return answer
        batch = call.batch
        if batch is not None and "at" in batch.header:
            batch = batch._replace(payload=memoryview(get_object(batch.header["at"])))
        return self._operations.run(call.id, call.name, self._own(call), batch)

    def _own(self, call: Call) -> Dict[str, Any]:
        """Parameters as they hold inside the function: its own folder, and secrets in their places."""
        if call.name not in ("open_reader", "open_writer"):
            return call.params
        config = call.params["config"]
        for path, reference in self._bounds.get("secrets", {}).items():
            config = with_kept_value(config, path, secret_value(reference))
        return {**call.params, "config": config, "project_root": self._package.project_root}

    def _extract(self, call: Call) -> Iterator[bytes]:
        remaining = self._remaining_ms or (lambda: self._started + float(self._bounds["timeout_ms"]) - _now_ms())
        budget = ResponseBudget(self._bounds, lambda: self._sent, remaining, _now_ms)
        ended = set(self._bounds.get("ended", []))
        records = sequence = 0
        reason = "done"
        frames: Any = self._operations.extract(call.params)
        try:
            for frame in frames:
                if _object_of(frame.header) in ended:
                    continue
                header = {"id": call.id, **frame.header}
                if frame.name == "batch":
                    header["sequence"] = sequence
                    sequence += 1
                    records += header["recordCount"]
                yield self._logs()
                yield self._carried(frame.name, header, frame.payload)
                stop = budget.stop(frame.name, header)
                if stop is not None:
                    reason = stop
                    break
        finally:
            frames.close()
        yield self._logs()
        yield self._frame("end", {"id": call.id, "reason": reason, "records": records, "sequence": sequence})

    def _error(self, call: Call, thrown: BaseException) -> Dict[str, Any]:
        if isinstance(thrown, LoadingFailed) and thrown.__cause__ is not None:
            return thrown.operations.error(thrown.__cause__, "load")
        # A secret that is not there is no fault of the plugin.
        call_name = "load" if getattr(thrown, "error_code", None) == "SECRET_NOT_FOUND" else call.name
        return self._operations.error(thrown, call_name)

    def _carried(self, name: str, header: Dict[str, Any], payload: Any) -> bytes:
        """A frame as the response carries it: itself, or where its batch was put because there is no room for it."""
        staging, room = self._bounds.get("staging"), self._bounds["response_bytes"]
        if name != "batch" or staging is None or (self._sent < room and len(payload) < room):
            return self._frame(name, header, payload)
        at = f"{staging.rstrip('/')}/{uuid.uuid4()}"
        put_object(at, payload)
        return self._frame(name, {**header, "at": at})

    def _frame(self, name: str, header: Dict[str, Any], payload: Any = b"") -> bytes:
        data = b"".join(encode_frame(name, header, payload))
        self._sent += len(data)
        return data

    def _logs(self) -> bytes:
        return b"".join(self._frame(name, header) for name, header in self._output.take())


def _calls(request: bytes) -> List[Call]:
    calls: List[Call] = []
    for frame in _frames(request):
        if frame.name == "call":
            calls.append(Call(frame.header["id"], frame.header["operation"], frame.header["params"]))
        elif frame.name == "batch":
            if not calls or calls[-1].id != frame.header["id"]:
                raise PluginError("A request holds a batch that belongs to no call.", "ABI_VIOLATION")
            calls[-1] = calls[-1]._replace(batch=frame)
    return calls


def _frames(request: bytes) -> Iterator[Frame]:
    view = memoryview(request)
    at = 0

    def read(size: int) -> Optional[memoryview]:
        nonlocal at
        if at == len(view):
            return None
        if at + size > len(view):
            raise EOFError
        # Columns are read where they lie, which is aligned in a copy of the frame alone.
        part = memoryview(bytearray(view[at : at + size]))
        at += size
        return part

    while True:
        frame = read_frame(read)
        if frame is None:
            return
        yield frame


def _object_of(header: Dict[str, Any]) -> Any:
    named = header["object"]
    return named["name"] if isinstance(named, dict) else named


def _now_ms() -> float:
    return time.monotonic() * 1000
