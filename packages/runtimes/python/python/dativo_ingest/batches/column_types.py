"""The field types of some records, as Python has them: what JSON and JavaScript could not tell apart any more."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from itertools import repeat
from operator import eq, itemgetter
from typing import Any, Dict, List, NamedTuple, Optional, Set
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
    first = records[0].keys()
    uniform = all(map(eq, map(dict.keys, records), repeat(first)))
    names = list(first if uniform else dict.fromkeys(name for record in records for name in record))
    if set(map(type, names)) - {str}:
        return None
    if uniform:
        return Columns([_column(name, list(map(itemgetter(name), records))) for name in names], True)
    return Columns([_column(name, [record[name] for record in records if name in record]) for name in names], False)


def _column(name: str, values: List[Any]) -> Column:
    types = set(map(type, values))
    changed = not types <= _KNOWN
    if changed:
        values = [value if type(value) in _KNOWN else normal(value) for value in values]
        types = set(map(type, values))
    types.discard(_NONE)
    direct = not changed and name != TAG and _is_direct(types, values)
    return Column(name, values, types, _field_type(types, values), changed, direct)


_KNOWN = frozenset(_KINDS) | {_NONE}
_NESTED = frozenset({dict, list})


def _present(values: List[Any]) -> List[Any]:
    return [value for value in values if value is not None]


def _is_direct(types: Set[type], values: List[Any]) -> bool:
    if types & _NESTED:
        return False
    if int in types:
        numbers = [value for value in values if type(value) is int]
        if max(numbers) > SAFE_INTEGER or min(numbers) < -SAFE_INTEGER:
            return False
    if float in types:
        try:
            # NaN and infinities survive a sum; one that overflows is only looked at more closely.
            return math.isfinite(sum(value for value in values if type(value) is float))
        except OverflowError:
            return False
    return True


def _field_type(types: Set[type], values: List[Any]) -> Optional[FieldType]:
    kinds = {_KINDS.get(kind, "") for kind in types}
    if len(kinds) == 1:
        return _single(next(iter(kinds)), values)
    if kinds == {"integer", "number"}:
        integers = [value for value in values if type(value) is int]
        exact = max(integers) <= SAFE_INTEGER and min(integers) >= -SAFE_INTEGER
        return {"kind": "number"} if exact else None
    if kinds == {"integer", "decimal"}:
        return DECIMAL if _fits_decimal(values) else None
    return None


def _single(kind: str, values: List[Any]) -> Optional[FieldType]:
    if kind == "timestamp":
        zones = {value.utcoffset() is not None for value in _present(values)}
        return {"kind": "timestamp", "zone": zones == {True}} if len(zones) == 1 else None
    if kind == "integer":
        present = _present(values)
        return {"kind": "integer"} if max(present) <= INT64_MAX and min(present) >= -INT64_MAX - 1 else None
    if kind == "decimal":
        return DECIMAL if _fits_decimal(values) else None
    return {"kind": kind} if kind else None


def _fits_decimal(values: List[Any]) -> bool:
    for value in _present(values):
        if type(value) is int:
            if abs(value) >= 10**29:
                return False
        elif not value.is_finite() or value.adjusted() >= 29 or value != round(value, 9):
            return False
    return True
