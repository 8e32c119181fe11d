"""Payloads in files in memory, which the host reads where they lie."""

from __future__ import annotations

import os
import sys
from typing import Any, Dict, List, Optional

SMALLEST_BYTES = 65_536
"""Bytes from which a payload is worth a file; smaller ones follow their header."""


class SharedPayloads:
    """Files in memory for the batches of one stream, as many as may be under way at once: each is then used again."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._descriptors: List[int] = []
        self._next = 0

    def put(self, payload: Any) -> Optional[Dict[str, int]]:
        """Where the payload lies now; None when it should follow its header, as there is no such file."""
        if len(payload) < SMALLEST_BYTES or self._count < 1:
            return None
        try:
            descriptor = self._take()
            self._write(descriptor, memoryview(payload).cast("B"))
        except OSError:
            self._count = 0
            return None
        return {"descriptor": descriptor, "bytes": len(payload)}

    def close(self) -> None:
        """Gives the memory back; what the host has not read is lost."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []
        self._count = 0

    def _take(self) -> int:
        if len(self._descriptors) < self._count:
            self._descriptors.append(_create())
        descriptor = self._descriptors[self._next % len(self._descriptors)]
        self._next += 1
        return descriptor

    def _write(self, descriptor: int, data: memoryview) -> None:
        written = 0
        while written < len(data):
            written += os.pwrite(descriptor, data[written:], written)


def _create() -> int:
    if sys.platform != "linux" or not hasattr(os, "memfd_create"):
        raise OSError("there are no files in memory")
    return os.memfd_create("dativo")
