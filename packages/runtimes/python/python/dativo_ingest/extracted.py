"""What a reader may yield beside plain lists of records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Page:
    """Records of one object, and the position to go on from after them.

    Example:
        yield Page(records, position={"updated_at": records[-1]["updated_at"]})
    """

    records: Any
    """A list of records, or a pyarrow, pandas or polars frame."""
    object: Optional[str] = None
    """Which object they belong to; by default the one that is being asked for."""
    position: Any = None
    """A JSON value; the next run finds it with `state_manager.get()`."""


@dataclass(frozen=True)
class Checkpoint:
    """A position without records; made by `checkpoint()`."""

    position: Any
    object: Optional[str] = None


def checkpoint(position: Any, object: Optional[str] = None) -> Checkpoint:  # noqa: A002
    """A position to go on from: a promise that every record of its object before it was yielded.

    The class must say `incremental = True`, so that the engine adds to the target instead of replacing it.

    Example:
        yield records
        yield checkpoint({"updated_at": records[-1]["updated_at"]})
    """
    return Checkpoint(position, object)
