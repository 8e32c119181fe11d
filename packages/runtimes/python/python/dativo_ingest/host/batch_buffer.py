"""Regroups small pages of records into batches of about the wanted size."""

from __future__ import annotations

import sys
import time
from typing import Any, Callable, Dict, List

MAX_ROWS = 10_000
"""Records of a batch at most, whatever their size."""

MAX_AGE_SECONDS = 1.0
"""Seconds after which records are handed on although their batch is not full."""

DEFAULT_BATCH_BYTES = 1_048_576

_SAMPLE = 8
_SMALL = frozenset({int, float, bool, type(None)})
_DEEPEST = 6


class BatchBuffer:
    """Records of one object that wait for their batch to be full, in their order."""

    def __init__(self, batch_bytes: int, now: Callable[[], float] = time.monotonic) -> None:
        self._batch_bytes = batch_bytes
        self._now = now
        self._records: List[Any] = []
        self._bytes = 0.0
        self._last_taken = now()

    def __len__(self) -> int:
        return len(self._records)

    def add(self, page: List[Any]) -> None:
        """Adds the records of a page, which are copied: an author may empty the list once it was yielded."""
        self._bytes += _page_bytes(page)
        self._records.extend(page)

    @property
    def is_due(self) -> bool:
        """Whether a batch is full, or the last one long ago."""
        full = len(self._records) >= MAX_ROWS or self._bytes >= self._batch_bytes
        return full or self._now() - self._last_taken >= MAX_AGE_SECONDS

    def take(self) -> List[List[Any]]:
        """The batches of what was added since the last ones; mostly one."""
        records, size = self._records, max(self._bytes, 1.0)
        self._records, self._bytes, self._last_taken = [], 0.0, self._now()
        if len(records) <= MAX_ROWS and size <= self._batch_bytes * 2:
            return [records] if records else []
        step = max(1, min(MAX_ROWS, int(len(records) * self._batch_bytes / size)))
        return [records[start : start + step] for start in range(0, len(records), step)]


def batch_bytes_of(engine: Dict[str, Any]) -> int:
    """Size of a batch in bytes: `engine.options.batch_bytes` of the job."""
    wanted = (engine.get("options") or {}).get("batch_bytes")
    return int(wanted) if isinstance(wanted, (int, float)) and wanted > 0 else DEFAULT_BATCH_BYTES


def _page_bytes(page: List[Any]) -> float:
    if not page:
        return 0.0
    step = max(1, len(page) // _SAMPLE)
    sample = page[::step]
    return sum(_bytes_of(record, 0) for record in sample) / len(sample) * len(page)


def _bytes_of(value: Any, depth: int) -> int:
    """Roughly the bytes that a value takes on the wire."""
    if isinstance(value, (str, bytes, bytearray)):
        return len(value) + 8
    if depth > _DEEPEST or isinstance(value, (int, float)) or value is None:
        return 8
    if isinstance(value, dict):
        size = 8
        for item in value.values():
            size += 12 if type(item) in _SMALL else 4 + _bytes_of(item, depth + 1)
        return size
    if isinstance(value, (list, tuple)):
        return 8 + sum(_bytes_of(item, depth + 1) for item in value)
    return min(sys.getsizeof(value, 64), 1024)
