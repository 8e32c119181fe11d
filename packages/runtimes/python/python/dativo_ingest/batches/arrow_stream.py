"""Columns as an Arrow IPC stream that is written where it is to lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    import pyarrow


class ArrowStream:
    """An Arrow IPC stream of which only the size is known so far; bytes that are copied once are not gathered first."""

    def __init__(self, arrow: Any, columns: Union[pyarrow.Table, pyarrow.RecordBatch]) -> None:
        self._arrow = arrow
        self._columns = columns
        counted = arrow.MockOutputStream()
        self._write(counted)
        self._size = int(counted.size())

    def __len__(self) -> int:
        return self._size

    def __bytes__(self) -> bytes:
        return bytes(self.written())

    def write_into(self, memory: Any) -> None:
        """Writes the stream at the start of memory that has room for it."""
        with self._arrow.FixedSizeBufferWriter(self._arrow.py_buffer(memory)) as sink:
            self._write(sink)

    def written(self) -> memoryview:
        """The stream in memory of its own."""
        memory = self._arrow.allocate_buffer(self._size)
        self.write_into(memory)
        return memoryview(memory)

    def _write(self, sink: Any) -> None:
        with self._arrow.ipc.new_stream(sink, self._columns.schema) as writer:
            writer.write(self._columns)


def bytes_of(payload: Any) -> Any:
    """A payload as bytes, whether it is written already or not."""
    return payload.written() if isinstance(payload, ArrowStream) else payload
