"""Payloads in files in memory, which the host reads where they lie."""

from __future__ import annotations

import mmap
import os
import sys
from typing import Any, Dict, List, Optional

from ..batches.arrow_stream import ArrowStream

SMALLEST_BYTES = 65_536
"""Bytes from which a payload is worth a file; smaller ones follow their header."""

_STEP_BYTES = 262_144
"""Mapped files have a multiple of so many bytes, so that batches of nearly the same size fit into each other's."""


class SharedPayloads:
    """Files in memory for the batches of one stream, as many as may be under way at once: each is then used again."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._files: List[_File] = []
        self._next = 0

    def put(self, payload: Any) -> Optional[Dict[str, int]]:
        """Where the payload lies now; None when it should follow its header, as there is no such file."""
        if len(payload) < SMALLEST_BYTES or self._count < 1:
            return None
        try:
            file = self._take()
            if isinstance(payload, ArrowStream):
                payload.write_into(file.memory(len(payload)))
            else:
                file.write(memoryview(payload).cast("B"))
        except OSError:
            self._count = 0
            return None
        return {"descriptor": file.descriptor, "bytes": len(payload)}

    def close(self) -> None:
        """Gives the memory back; what the host has not read is lost."""
        for file in self._files:
            file.close()
        self._files = []
        self._count = 0

    def _take(self) -> _File:
        if len(self._files) < self._count:
            self._files.append(_File())
        file = self._files[self._next % len(self._files)]
        self._next += 1
        return file


class _File:
    """A file in memory."""

    def __init__(self) -> None:
        if sys.platform != "linux" or not hasattr(os, "memfd_create"):
            raise OSError("there are no files in memory")
        self.descriptor = os.memfd_create("dativo")
        self._memory: Optional[mmap.mmap] = None

    def write(self, data: memoryview) -> None:
        """Copies bytes to its start."""
        written = 0
        while written < len(data):
            written += os.pwrite(self.descriptor, data[written:], written)

    def memory(self, size: int) -> mmap.mmap:
        """Its contents as memory, of at least so many bytes."""
        if self._memory is None or len(self._memory) < size:
            room = -(-size // _STEP_BYTES) * _STEP_BYTES
            # Asked for here, where it can be refused: memory that is missing when it is written to ends the process.
            os.posix_fallocate(self.descriptor, 0, room)
            self._memory = mmap.mmap(self.descriptor, room)
        return self._memory

    def close(self) -> None:
        """Gives it back."""
        self._memory = None
        os.close(self.descriptor)
