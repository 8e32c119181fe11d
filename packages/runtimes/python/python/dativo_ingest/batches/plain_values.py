"""Any value that a record may hold, as row JSON writes it.

Row JSON is a JSON array of records; what JSON cannot hold is an object with the key `$dativo` (see `@dativo/protocol`).
"""

from __future__ import annotations

import base64
import math
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Dict, List, Optional
from uuid import UUID

TAG = "$dativo"

MAX_DEPTH = 200
"""Nesting beyond which a value is not carried over; the interpreter's own stack ends not far above."""

SAFE_INTEGER = 2**53 - 1
"""Largest integer that a double holds exactly, and so JSON as JavaScript reads it."""

_FINISHED = frozenset({str, bool, type(None)})


class Unsupported:
    """Something that no record can hold; the engine sets such a record aside."""

    def __init__(self, what: str) -> None:
        self.what = what


def tagged(tag: str, value: Any = None) -> Dict[str, Any]:
    """What stands for a value that JSON cannot hold."""
    return {TAG: tag} if value is None else {TAG: tag, "value": value}


def scalar_text(value: Any) -> Any:
    """Values that have a text or a tag of their own; the `default` of JSON encoders."""
    kind = type(value)
    if kind is datetime or kind is date or kind is time:
        return value.isoformat()
    if kind is Decimal:
        return format(value, "f") if value.is_finite() else str(value)
    if kind is UUID:
        return str(value)
    if kind is bytes:
        return tagged("binary", base64.b64encode(value).decode("ascii"))
    raise TypeError(f"{kind.__name__} has no JSON form")


def normal(value: Any) -> Any:
    """The value of Python's own that another library's value, or a subclass of one, stands for."""
    if isinstance(value, Enum):
        return normal(value.value)
    module = type(value).__module__.partition(".")[0]
    if module == "numpy":
        return _of_numpy(value)
    if module == "pandas":
        return _of_pandas(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, datetime):
        return value if type(value) is datetime else _plain_datetime(value)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, (date, time, Decimal, UUID, bytes)):
        return value
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if hasattr(value, "keys") and hasattr(value, "__getitem__"):
        return {key: value[key] for key in value.keys()}  # noqa: SIM118, what iterating gives is the value's own affair
    article = "an" if type(value).__name__[:1] in "AEIOUaeiou" else "a"
    return Unsupported(f"{article} {type(value).__name__}")


def to_plain(value: Any, depth: int = 0) -> Any:
    """A value as row JSON writes it, tags included; copies what holds something that needs one."""
    kind = type(value)
    if kind in _FINISHED:
        return value
    if kind is int:
        return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else tagged("bigint", str(value))
    if kind is float:
        if math.isfinite(value):
            return value
        return tagged("number", "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity")
    if kind is Unsupported:
        return tagged("unsupported", value.what)
    if depth > MAX_DEPTH:
        return tagged("unsupported", f"a value nested more than {MAX_DEPTH} deep")
    if kind is dict:
        members = {key if type(key) is str else _key(key): to_plain(item, depth + 1) for key, item in value.items()}
        return tagged("object", members) if TAG in members else members
    if kind is list:
        return [to_plain(item, depth + 1) for item in value]
    if kind in (datetime, date, time, Decimal, UUID, bytes):
        return scalar_text(value)
    return to_plain(normal(value), depth + 1)


def plain_record(record: Any) -> Any:
    """A record as row JSON writes it; one that cannot be read becomes one that is set aside."""
    try:
        return to_plain(record)
    except Exception as error:  # a property or a __str__ of this one record raised
        return tagged("unsupported", f"a record that cannot be read: {error}")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    if key is None:
        return "null"
    return str(key).lower() if isinstance(key, bool) else str(key)


def _plain_datetime(value: Any) -> Any:
    # pandas counts nanoseconds, more than a timestamp holds: as text, such a record is set aside by name.
    if getattr(value, "nanosecond", 0):
        return value.isoformat()
    parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
    return datetime(*parts, tzinfo=value.tzinfo, fold=value.fold)


def _of_pandas(value: Any) -> Any:
    if isinstance(value, datetime) and hasattr(value, "nanosecond") and value == value:
        return _plain_datetime(value)
    if type(value).__name__ in ("NaTType", "NAType"):
        return None
    return Unsupported(f"a pandas {type(value).__name__}")


def _of_numpy(value: Any) -> Any:
    name = type(value).__name__
    if isinstance(value, bytes):
        return bytes(value)
    if name == "ndarray":
        return value.tolist() if value.dtype.kind != "M" else [_of_numpy(item) for item in value]
    if name == "datetime64":
        return _of_datetime64(value)
    if name == "timedelta64":
        return Unsupported("a numpy timedelta64")
    item: Optional[Any] = value.item() if hasattr(value, "item") else None
    return Unsupported(f"a numpy {name}") if type(item).__module__ == "numpy" else item


def _of_datetime64(value: Any) -> Any:
    text = str(value)
    if text == "NaT":
        return None
    micros = value.astype("datetime64[us]")
    if micros == value and len(text) > 10:
        return micros.item()
    return value.item() if len(text) == 10 else text


def plain_records(records: List[Any]) -> List[Any]:
    """Records as row JSON writes them."""
    return [plain_record(record) for record in records]
