"""Batches that a writer is given, in the form its class asks for."""

from __future__ import annotations

import base64
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, Callable, Dict, List, Optional

from .arrow_frames import load_pyarrow
from .row_json import decode_rows

Convert = Callable[[Any], Any]


def received_records(header: Dict[str, Any], payload: Any, schema: Dict[str, Any], form: str) -> Any:
    """The records of a batch frame: dicts for `json` and `python`, a `pyarrow.Table` for `arrow`."""
    if header["form"] == "arrow-ipc":
        arrow = load_pyarrow()
        if arrow is None:
            raise ValueError("Columns cannot be read without pyarrow.")
        return arrow.ipc.open_stream(payload).read_all()
    rows = decode_rows(payload, _json_revive if form == "json" else _python_revive)
    for name, convert in _converters(schema.get("fields", []), form):
        for row in rows:
            if isinstance(row, dict) and row.get(name) is not None:
                row[name] = convert(row[name])
    return rows


def _json_revive(_tag: str, content: Any) -> Any:
    # ISO text of a date, base64 text of bytes: what `json.dump` takes.
    return content


def _python_revive(tag: str, content: Any) -> Any:
    if tag == "binary":
        return base64.b64decode(content)
    return None if content is None else _instant(content)


def _converters(fields: List[Dict[str, Any]], form: str) -> List[Any]:
    found = [(field["name"], _converter(field["type"], form)) for field in fields]
    return [(name, convert) for name, convert in found if convert is not None]


def _converter(field_type: Dict[str, Any], form: str) -> Optional[Convert]:
    kind = field_type["kind"]
    if kind == "number":
        return _float  # JSON does not tell 1.0 from 1
    if kind == "list":
        item = _converter(field_type["item"], form)
        return None if item is None else lambda values: [None if v is None else item(v) for v in values]
    if kind == "struct":
        members = _converters(field_type["fields"], form)
        return None if not members else lambda value: _struct(value, members)
    if form == "json":
        return None
    if kind == "timestamp":
        return _instant if field_type["zone"] else _reading
    if kind == "date":
        return _date
    return _decimal if kind == "decimal" else None


def _struct(value: Any, members: List[Any]) -> Any:
    if isinstance(value, dict):
        for name, convert in members:
            if value.get(name) is not None:
                value[name] = convert(value[name])
    return value


def _instant(value: Any) -> Any:
    parsed = _parsed(value)
    if not isinstance(parsed, datetime):
        return parsed
    return parsed.replace(tzinfo=timezone.utc) if parsed.tzinfo is None else parsed.astimezone(timezone.utc)


def _reading(value: Any) -> Any:
    return _parsed(value)


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value[:-1] + "+00:00" if value.endswith(("Z", "z")) else value
    head, dot, rest = text.partition(".")
    if dot:
        # Python before 3.11 reads only three or six digits of a fraction.
        digits = len(rest) - len(rest.lstrip("0123456789"))
        if digits > 6:
            return value
        text = f"{head}.{rest[:digits].ljust(6, '0')}{rest[digits:]}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return value  # a year that Python cannot hold


def _date(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value  # a year that Python cannot hold


def _float(value: Any) -> Any:
    return float(value) if type(value) is int else value


def _decimal(value: Any) -> Any:
    return Decimal(str(value))
