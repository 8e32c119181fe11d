"""Answers the calls that come through a channel: plugin code runs in the main thread, one step at a time."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from typing import Any, Callable, Deque, Dict, Iterator, NamedTuple, Optional, Set

from .channel import Channel
from .contract_tables import CATALOGUE
from .extracted_stream import OutFrame
from .frames import Frame
from .interruption import OperationCancelled, interrupt
from .limits import end_group, give_room_to_report
from .log_frames import flush_output
from .operations import Operations
from .shared_payloads import SharedPayloads

CLOSE_GRACE_SECONDS = 1.0
"""Seconds that instances have to close once the host is gone."""


_TO_THE_END = frozenset({"abort", "close", "commit"})
"""Calls that are not torn out of plugin code: what they leave half done, nobody finishes."""


class Call(NamedTuple):
    """A call of the host, with the batch that came with it."""

    id: int
    name: str
    params: Dict[str, Any]
    batch: Optional[Frame] = None


class Stream:
    """An extraction that is under way."""

    def __init__(self, call: Call, frames: Iterator[OutFrame], shared: SharedPayloads) -> None:
        self.call = call
        self.frames = frames
        self.shared = shared
        self.records = 0
        self.sequence = 0


class Server:
    """Takes frames in one thread and answers calls in another."""

    def __init__(self, channel: Channel, on_loaded: Callable[[str], None]) -> None:
        self._channel = channel
        self._on_loaded = on_loaded
        self._operations = Operations()
        self._changed = threading.Condition()
        self._calls: Deque[Call] = deque()
        self._awaiting_batch: Dict[int, Call] = {}
        self._credits: Dict[int, int] = {}
        self._cancelled: Set[int] = set()
        self._streams: Dict[int, Stream] = {}
        self._shared: Dict[int, SharedPayloads] = {}
        """The memory that instances share with the host, by their numbers."""
        self._running: Optional[Call] = None
        self._stopping: Set[int] = set()
        """Calls whose plugin code was told to stop: once, so that its `finally` blocks are not torn apart too."""
        self._over = False

    def receive(self) -> None:
        """Takes the frames of the host until it closes its side; for a thread of its own."""
        try:
            while True:
                frame = self._channel.receive()
                if frame is None:
                    break
                self._take(frame)
        except BaseException as thrown:
            print(f"The host sent what is no frame: {thrown}", file=sys.stderr)
        with self._changed:
            self._over = True
            self._stop_running()
            self._changed.notify()
        timer = threading.Timer(CLOSE_GRACE_SECONDS, end_group)
        timer.daemon = True
        timer.start()

    def run(self) -> None:
        """Answers calls until the host closes its side; for the main thread."""
        while True:
            work = self._next()
            if work is None:
                break
            self._running = work.call if isinstance(work, Stream) else work
            try:
                if isinstance(work, Stream):
                    self._advance(work)
                else:
                    self._serve(work)
            finally:
                self._running = None
            if not self._channel.owned:
                os._exit(0)  # plugin code that forked and came back in both processes
        for stream in self._streams.values():
            self._close_frames(stream)
        self._operations.close()

    def _take(self, frame: Frame) -> None:
        header = frame.header
        with self._changed:
            if frame.name == "call":
                call = Call(header["id"], header["operation"], header["params"])
                if call.name == "write":
                    self._awaiting_batch[call.id] = call
                else:
                    self._calls.append(call)
            elif frame.name == "batch":
                call_of = self._awaiting_batch.pop(header["id"], None)
                if call_of is not None:
                    self._calls.append(call_of._replace(batch=frame))
            elif frame.name == "credit":
                self._credits[header["id"]] = self._credits.get(header["id"], 0) + header["batches"]
            elif frame.name == "cancel":
                self._cancelled.add(header["id"])
                running = self._running
                if running is not None and header["id"] in (running.id, running.params.get("instance")):
                    self._stop_running()
            self._changed.notify()

    def _stop_running(self) -> None:
        running = self._running
        if running is not None and running.name not in _TO_THE_END and running.id not in self._stopping:
            self._stopping.add(running.id)
            interrupt()

    def _next(self) -> Any:
        """What to do next: a call, a stream that may send, or None when the host is gone."""
        with self._changed:
            while True:
                if self._over:
                    return None
                if self._calls:
                    return self._calls.popleft()
                for stream in self._streams.values():
                    if self._credits.get(stream.call.id, 0) > 0 or self._is_cancelled(stream.call):
                        return stream
                self._changed.wait()

    def _is_cancelled(self, call: Call) -> bool:
        return call.id in self._cancelled or call.params.get("instance") in self._cancelled

    def _serve(self, call: Call) -> None:
        try:
            if call.name == "extract":
                frames = self._operations.extract(call.params)
                self._streams[call.id] = Stream(call, frames, self._shared_for(call))
                return
            value = self._operations.run(call.id, call.name, call.params, call.batch)
            if call.name == "load":
                self._on_loaded(self._operations.name)
            elif call.name == "close" and call.params["instance"] in self._shared:
                self._shared.pop(call.params["instance"]).close()
            flush_output()
            self._channel.send("result", {"id": call.id, "value": value})
        except BaseException as thrown:
            self._fail(call, thrown)
        self._forget(call)

    def _shared_for(self, call: Call) -> SharedPayloads:
        """The memory of an instance, kept until it is closed: a stream that ends has batches that are not read yet."""
        count = int(call.params.get("shared_memory") or 0)
        return self._shared.setdefault(call.params["instance"], SharedPayloads(count))

    def _advance(self, stream: Stream) -> None:
        """Sends the next frame of a stream that may."""
        call = stream.call
        try:
            frame = None if self._is_cancelled(call) else next(stream.frames, None)
            if self._is_cancelled(call):
                with self._changed:
                    self._stopping.add(call.id)
                self._end(stream, "cancelled")
            elif frame is None:
                self._end(stream, "done")
            else:
                self._send(stream, frame)
        except OperationCancelled:
            self._end(stream, "cancelled")
        except BaseException as thrown:
            self._streams.pop(call.id, None)
            self._fail(call, thrown)
            self._forget(call)

    def _send(self, stream: Stream, frame: OutFrame) -> None:
        header = {"id": stream.call.id, **frame.header}
        payload = frame.payload
        if frame.name == "batch":
            shared = stream.shared.put(payload)
            if shared is not None:
                header["shared"] = shared
                payload = b""
            header["sequence"] = stream.sequence
            stream.sequence += 1
            stream.records += header["recordCount"]
            with self._changed:
                self._credits[stream.call.id] = self._credits.get(stream.call.id, 0) - 1
        self._channel.send(frame.name, header, payload)

    def _end(self, stream: Stream, reason: str) -> None:
        self._streams.pop(stream.call.id, None)
        self._close_frames(stream)
        flush_output()
        end = {"id": stream.call.id, "reason": reason, "records": stream.records, "sequence": stream.sequence}
        self._channel.send("end", end)
        self._forget(stream.call)

    def _close_frames(self, stream: Stream) -> None:
        close = getattr(stream.frames, "close", None)
        try:
            if callable(close):
                close()
        except (Exception, OperationCancelled) as thrown:
            print(f"{self._operations.name}: ending extract failed: {thrown!r}", file=sys.stderr)

    def _fail(self, call: Call, thrown: BaseException) -> None:
        if not self._channel.owned:
            os._exit(1)
        out_of_memory = _is_out_of_memory(thrown)
        if out_of_memory:
            give_room_to_report()
        if isinstance(thrown, OperationCancelled):
            entry = CATALOGUE["INTERRUPTED"]
            error: Dict[str, Any] = {
                "error_type": entry.error_type,
                "error_code": "INTERRUPTED",
                "message": f'Plugin "{self._operations.name}" was interrupted in {call.name}.',
                "retryable": entry.retryable,
                "hint": entry.hint,
                "details": {"plugin": self._operations.name, "call": call.name},
            }
        else:
            error = self._operations.error(thrown, call.name)
        flush_output()
        self._channel.send("error", {"id": call.id, "error": error})
        if out_of_memory:
            # What the plugin was doing is lost with the memory; a process that goes on would only fail again.
            end_group()

    def _forget(self, call: Call) -> None:
        with self._changed:
            self._credits.pop(call.id, None)
            self._cancelled.discard(call.id)
            self._stopping.discard(call.id)
            if call.name == "close":
                self._cancelled.discard(call.params.get("instance", -1))


def _is_out_of_memory(thrown: BaseException) -> bool:
    error: Optional[BaseException] = thrown
    for _ in range(5):
        if error is None:
            return False
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False
