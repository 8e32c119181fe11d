"""Parts of an object that are read beside each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Dict, List, Optional, Sequence, Tuple, Union

from .ranges import split_range

PartitionParam = Union[str, int, float, bool, None]
RangeBounds = Union[Tuple[int, int], Tuple[str, str], Tuple[datetime, datetime]]


@dataclass(frozen=True)
class Partition:
    """A part of an object that is read beside its other parts.

    Example:
        Partition("eu", {"region": "eu"})
    """

    id: str
    """Name of the part, unique in its object; its position is kept under it, so it must mean the same in later runs."""
    params: Dict[str, PartitionParam] = field(default_factory=dict)
    """What `extract` needs to find the part again; kept in the run's folder, so no secret belongs here."""


class PartitionTools:
    """What `partitions` is given."""

    def __init__(self, object: str, count: int, call: str, known: Sequence[str]) -> None:  # noqa: A002
        self.object = object
        """Name of the object that is to be divided."""
        self.count = count
        """Partitions that are wished for, where there is a choice."""
        self._call = call
        self._known = known

    def by_range(self, bounds: Optional[RangeBounds]) -> List[Partition]:
        """Divides the values of a column into ranges: `params["from"]` included, `params["to"]` excluded.

        The first range has no `from` and the last no `to`, so that together they hold every value, also those that
        come later. Times are ISO 8601 text in UTC, and integers beyond 2^53 text. Ranges of an earlier run are kept.

        `bounds` are the least and the greatest value: integers, or times (those without a zone are taken as UTC);
        None when the object is empty. Raises PLUGIN_WRONG_SHAPE when they are neither.

        Example:
            def partitions(self, tools):
                return tools.by_range(self.client.bounds("orders", "id"))
        """
        ranges = split_range(self._call, bounds, self.count, self._known)
        return [Partition(name, {**params}) for name, params in ranges]
