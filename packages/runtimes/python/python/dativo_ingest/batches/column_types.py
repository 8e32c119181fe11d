"""The field types of some records, as Python has them: what JSON and JavaScript could not tell apart any more."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from operator import itemgetter
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple
from uuid import UUID

from .plain_values import SAFE_INTEGER, TAG, normal

FieldType = Dict[str, Any]

DECIMAL: FieldType = {"kind": "decimal", "precision": 38, "scale": 9}
"""The type of decimals: the widest that is exact for money, and the same for every batch. An asset may say another."""

INT64_MAX = 2**63 - 1

_NONE = type(None)
_KINDS: Dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    UUID: "string",
    time: "string",
    date: "date",
    datetime: "timestamp",
    Decimal: "decimal",
    bytes: "binary",
    dict: "json",
    list: "json",
}


class Column(NamedTuple):
    """One column of some records."""

    name: str
    values: List[Any]
    """The values of all records, or of those that have one."""
    types: Set[type]
    """The types of the values, None left out."""
    field_type: Optional[FieldType]
    """None while nothing but null was seen, or when no type holds all values."""
    changed: bool
    """Whether `values` are not those of the records, but what these stand for."""
    direct: bool
    """Whether a JSON encoder writes all values without losing anything."""


class Columns(NamedTuple):
    """The columns of some records."""

    columns: List[Column]
    uniform: bool
    """Whether every record has every column."""

    @property
    def schema(self) -> Dict[str, Any]:
        """The columns whose type is known, as the contract writes a schema."""
        known = [column for column in self.columns if column.field_type is not None]
        return {"fields": [{"name": column.name, "type": column.field_type} for column in known]}


def columns_of(records: List[Dict[Any, Any]]) -> Optional[Columns]:
    """The columns of records that are dicts with text as keys; None when one of them is something else."""
    if set(map(type, records)) != {dict}:
        return None
    names = list(records[0])
    values = _uniform(records, names)
    if values is None:
        names = list(dict.fromkeys(name for record in records for name in record))
    if set(map(type, names)) - {str}:
        return None
    if values is not None:
        return Columns(list(map(_column, names, values)), True)
    return Columns([_column(name, [record[name] for record in records if name in record]) for name in names], False)


def _uniform(records: List[Dict[Any, Any]], names: List[Any]) -> Optional[List[List[Any]]]:
    """The values of each column of records that all have the same keys; None for others."""
    # As many keys as the first has, and each of them: comparing the keys themselves takes four times as long.
    if set(map(len, records)) != {len(names)}:
        return None
    try:
        return [list(map(itemgetter(name), records)) for name in names]
    except KeyError:
        return None


def _column(name: str, values: List[Any]) -> Column:
    types = set(map(type, values))
    changed = not types <= _KNOWN
    if changed:
        values = [value if type(value) in _KNOWN else normal(value) for value in values]
        types = set(map(type, values))
    present = [value for value in values if value is not None] if _NONE in types else values
    types.discard(_NONE)
    integers = _bounds(present, types, int)
    direct = not changed and name != TAG and _is_direct(types, present, integers)
    return Column(name, values, types, _field_type(types, present, integers), changed, direct)


_KNOWN = frozenset(_KINDS) | {_NONE}
_NESTED = frozenset({dict, list})

Bounds = Optional[Tuple[int, int]]


def _bounds(present: List[Any], types: Set[type], kind: type) -> Bounds:
    """Smallest and largest of the values that are of a type."""
    if kind not in types:
        return None
    numbers = present if len(types) == 1 else [value for value in present if type(value) is kind]
    return min(numbers), max(numbers)


def _are_safe(integers: Bounds) -> bool:
    return integers is None or (integers[0] >= -SAFE_INTEGER and integers[1] <= SAFE_INTEGER)


def _is_direct(types: Set[type], present: List[Any], integers: Bounds) -> bool:
    if types & _NESTED or not _are_safe(integers):
        return False
    if float not in types:
        return True
    numbers = present if len(types) == 1 else [value for value in present if type(value) is float]
    # NaN and infinities survive a sum; one that overflows is only looked at more closely.
    return math.isfinite(sum(numbers))


def _field_type(types: Set[type], present: List[Any], integers: Bounds) -> Optional[FieldType]:
    kinds = {_KINDS.get(kind, "") for kind in types}
    if kinds == {"integer", "number"}:
        return {"kind": "number"} if _are_safe(integers) else None
    if kinds == {"integer", "decimal"} or kinds == {"decimal"}:
        return DECIMAL if all(map(_fits_decimal, present)) else None
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    if kind == "timestamp":
        zones = {_has_zone(value) for value in {value.tzinfo: value for value in present}.values()}
        return {"kind": "timestamp", "zone": zones == {True}} if len(zones) == 1 else None
    if integers is not None and (integers[0] < -INT64_MAX - 1 or integers[1] > INT64_MAX):
        return None
    return {"kind": kind} if kind else None


def _has_zone(value: datetime) -> bool:
    return value.utcoffset() is not None


def _fits_decimal(value: Any) -> bool:
    if type(value) is int:
        return abs(value) < 10**29
    return bool(value.is_finite() and value.adjusted() < 29 and value == round(value, 9))
