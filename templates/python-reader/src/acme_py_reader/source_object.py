"""What the reader knows of one object."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class SourceObject:
    """One list of the API."""

    name: str
    path: str
    description: str
    columns: Mapping[str, str]
    """Types by column, such as `string` or `timestamp_tz`."""
    key: tuple[str, ...]
    """Columns that identify a record."""
    cursor: str
    """Column that changes follow; the API sorts by it."""

    def identity(self, record: Mapping[str, Any]) -> str:
        """The key of a record, as a text that a position can hold."""
        return json.dumps([record[column] for column in self.key])

    def row(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record as Python has it: timestamps with their zone, everything else as the API gives it."""
        return {name: _instant(value) if self.columns.get(name) == "timestamp_tz" else value for name, value in record.items()}

    def describe(self) -> dict[str, Any]:
        """What `dativo discover` shows."""
        return {
            "name": self.name,
            "type": "object",
            "description": self.description,
            "columns": [{"name": name, "type": kind} for name, kind in self.columns.items()],
            "key": list(self.key),
            "cursor": self.cursor,
        }


def _instant(value: Any) -> Any:
    return datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else value
