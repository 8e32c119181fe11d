"""Records to row JSON and back."""

from __future__ import annotations

import json
from typing import Any, Callable, List, Optional

from .column_types import Columns
from .plain_values import TAG, plain_records, scalar_text, to_plain

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment, unused-ignore]

_TAG_BYTES = b'"' + TAG.encode() + b'"'


def encode_rows(records: List[Any], columns: Optional[Columns]) -> bytes:
    """Writes records as row JSON; `columns` are theirs, when they have any."""
    if columns is None:
        return dumps(plain_records(records))
    indirect = [column for column in columns.columns if not column.direct]
    if not indirect:
        return dumps(records)
    if not columns.uniform or any(column.name == TAG for column in indirect):
        return dumps(plain_records(records))
    rows = list(map(dict, records))
    for column in indirect:
        name = column.name
        for row, value in zip(rows, column.values):
            row[name] = to_plain(value)
    return dumps(rows)


def dumps(rows: List[Any]) -> bytes:
    """JSON in UTF-8, lone surrogates escaped."""
    if orjson is not None:
        try:
            return bytes(orjson.dumps(rows, default=scalar_text))
        except (TypeError, ValueError):
            pass  # lone surrogates and integers beyond 64 bits, which the standard library takes
    return json.dumps(rows, default=scalar_text, separators=(",", ":"), allow_nan=False).encode("ascii")


def loads(payload: Any) -> Any:
    """What JSON in UTF-8 holds."""
    if orjson is not None:
        try:
            return orjson.loads(payload)
        except ValueError:
            pass  # escaped lone surrogates, which the standard library takes
    return json.loads(bytes(payload))


def decode_rows(payload: Any, revive: Callable[[str, Any], Any]) -> List[Any]:
    """Reads row JSON; `revive` gives the value for a tag that stands for a date, bytes or something unsupported."""
    rows = loads(payload)
    if not isinstance(rows, list):
        raise ValueError("Records are not row JSON: they are not a JSON array.")
    return [_untag(row, revive) for row in rows] if _TAG_BYTES in bytes(payload) else rows


def keep_state(position: Any) -> Any:
    """A position as it is kept: JSON whose integers beyond 53 bits are tagged, since JavaScript would round them.

    Raises TypeError or ValueError when it is not made of JSON values.
    """
    return to_plain(json.loads(json.dumps(position, allow_nan=False)))


def restore_state(kept: Any) -> Any:
    """The position that `keep_state` was given."""
    return _untag(kept, _unknown_in_state)


def _unknown_in_state(tag: str, _content: Any) -> Any:
    raise ValueError(f"A position cannot hold a value of the kind {tag}.")


def _untag(value: Any, revive: Callable[[str, Any], Any]) -> Any:
    if isinstance(value, list):
        return [_untag(item, revive) for item in value]
    if not isinstance(value, dict):
        return value
    if TAG not in value:
        return {key: _untag(item, revive) for key, item in value.items()}
    tag: Any = value[TAG]
    content: Any = value.get("value")
    if tag == "object" and isinstance(content, dict):
        return {key: _untag(item, revive) for key, item in content.items()}
    if tag == "bigint":
        return int(content)
    if tag == "number":
        return float(content)
    if tag == "undefined":
        return None
    if tag in ("date", "binary", "unsupported"):
        return revive(tag, content)
    raise ValueError(f"{json.dumps(value)[:100]} is not a value of row JSON.")
