"""What a reader yields, as the frames of one stream."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from ..batches.arrow_frames import columns_to_ipc, frames_of, is_frame, load_pyarrow, records_of
from ..batches.column_types import columns_of
from ..batches.row_json import encode_rows, keep_state
from ..exceptions import DativoError, PluginError
from ..extracted import Checkpoint, Page
from .batch_buffer import BatchBuffer
from .instances import wrong_shape

ROWS_BEFORE_ARROW = 20_000
"""Records after which pyarrow is loaded for plugins that did not load it themselves: it takes about half a second."""


class OutFrame(NamedTuple):
    """A frame to send, without the number of its call; of a batch, without its position."""

    name: str
    header: Dict[str, Any]
    payload: Any = b""


class ExtractedStream:
    """Turns what a reader class yields into frames.

    Records of several objects may come in any order, so every object ends at the end of the stream. Objects that were
    asked for and have no records are announced too, as they were read and are empty.
    """

    def __init__(self, call: str, objects: List[str], incremental: bool, batch_bytes: int, wants_arrow: bool) -> None:
        self.only = ""
        """The object that is being asked for, which records are of that name none."""
        self.reads_all_at_once = False
        """Whether an object came by name that was not being asked for: asking for each would read it twice."""
        self._call = call
        self._objects = objects
        self._incremental = incremental
        self._batch_bytes = batch_bytes
        self._wants_arrow = wants_arrow
        self._announced: Dict[str, None] = {}
        self._object: Optional[str] = None
        self._buffer = BatchBuffer(batch_bytes)
        self._rows = 0
        self._arrow: Any = None

    def has_read(self, name: str) -> bool:
        """Whether an object has begun."""
        return name in self._announced

    def take(self, item: Any) -> Iterator[OutFrame]:
        """The frames that an item makes ready."""
        if isinstance(item, Checkpoint):
            yield from self._position(item.object, item.position)
        elif isinstance(item, Page):
            yield from self._page(item.object, item.records, item.position)
        elif isinstance(item, dict) and "records" in item and set(item) <= {"records", "object", "position"}:
            yield from self._page(item.get("object"), item["records"], item.get("position"))
        else:
            yield from self._records(None, item)

    def end(self) -> Iterator[OutFrame]:
        """The frames that end the stream."""
        yield from self._flush()
        for name in self._objects:
            yield from self._announce(name)
        for name in self._announced:
            yield OutFrame("object", {"event": "end", "object": name})

    def _page(self, name: Optional[str], records: Any, position: Any) -> Iterator[OutFrame]:
        yield from self._records(name, records)
        if position is not None:
            yield from self._position(name, position)

    def _records(self, name: Optional[str], records: Any) -> Iterator[OutFrame]:
        if is_frame(records):
            yield from self._frame(name, records)
            return
        if isinstance(records, tuple):
            records = list(records)
        if not isinstance(records, list):
            raise self._not_records(records)
        yield from self._switch_to(name)
        self._buffer.add(records)
        if self._buffer.is_due:
            yield from self._flush()

    def _not_records(self, got: Any) -> DativoError:
        error = wrong_shape(self._call, "lists of records, frames, Page(…) or checkpoint(…)", got)
        if isinstance(got, dict):
            error.hint = "Yield a list: yield [record]."
        elif hasattr(got, "__aiter__"):
            error.hint = "extract is called without an event loop: write def extract, not async def."
        return error

    def _frame(self, name: Optional[str], frame: Any) -> Iterator[OutFrame]:
        yield from self._switch_to(name)
        yield from self._flush()
        pieces = frames_of(frame)
        if pieces is None:
            yield from self._records(name, records_of(frame))
            return
        for payload, count in pieces:
            header = {"object": self._object, "form": "arrow-ipc", "recordCount": count}
            yield OutFrame("batch", header, payload)

    def _position(self, name: Optional[str], position: Any) -> Iterator[OutFrame]:
        if not self._incremental:
            error = PluginError(
                f"{self._call} yields a position, but the class does not say that later runs go on from positions.",
                "PLUGIN_WRONG_SHAPE",
            )
            error.hint = "Add incremental = True to the class."
            raise error
        try:
            state = keep_state(position)
        except (TypeError, ValueError):
            raise wrong_shape(self._call, "positions that are JSON values", position) from None
        yield from self._switch_to(name)
        yield from self._flush()
        yield OutFrame("checkpoint", {"object": self._object, "state": state})

    def _switch_to(self, named: Optional[str]) -> Iterator[OutFrame]:
        name = self.only if named is None else str(named)
        if name != self.only:
            self.reads_all_at_once = True
        if self._object != name:
            yield from self._flush()
            yield from self._announce(name)
            self._object = name
            self._buffer = BatchBuffer(self._batch_bytes)

    def _announce(self, name: str) -> Iterator[OutFrame]:
        if name not in self._announced:
            self._announced[name] = None
            yield OutFrame("object", {"event": "begin", "object": {"name": name, "incremental": self._incremental}})

    def _flush(self) -> Iterator[OutFrame]:
        if len(self._buffer):
            for records in self._buffer.take():
                yield self._batch(records)

    def _batch(self, records: List[Any]) -> OutFrame:
        self._rows += len(records)
        header: Dict[str, Any] = {"object": self._object, "recordCount": len(records)}
        columns = columns_of(records)
        if columns is not None:
            arrow = self._arrow_library()
            ipc = None if arrow is None else columns_to_ipc(arrow, columns, len(records))
            if ipc is not None:
                return OutFrame("batch", {**header, "form": "arrow-ipc"}, ipc.payload)
            header["schema"] = columns.schema
        return OutFrame("batch", {**header, "form": "json"}, encode_rows(records, columns))

    def _arrow_library(self) -> Any:
        """pyarrow, when columns are wanted and it is worth its loading."""
        if self._wants_arrow and self._arrow is None and self._rows >= ROWS_BEFORE_ARROW:
            self._arrow = load_pyarrow()
            self._wants_arrow = self._arrow is not None
        return self._arrow
