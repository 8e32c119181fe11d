from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, Dict, List, Optional
from uuid import uuid4

import pytest

from dativo_ingest.batches.column_types import DECIMAL, columns_of


def type_of(*values: Any) -> Optional[Dict[str, Any]]:
    columns = columns_of([{"value": value} for value in values])
    assert columns is not None
    return columns.columns[0].field_type


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None], {"kind": "integer"}),
        ([2**63 - 1, -(2**63)], {"kind": "integer"}),
        ([2**63], None),
        ([1.0, 2.0], {"kind": "number"}),
        ([1, 2.5], {"kind": "number"}),
        ([2**60, 2.5], None),
        ([True, False], {"kind": "boolean"}),
        ([True, 1], None),
        (["a", uuid4()], {"kind": "string"}),
        ([Decimal("1.5"), 2], DECIMAL),
        ([Decimal("0.0000000001")], None),
        ([Decimal("NaN")], None),
        ([Decimal(10) ** 29], None),
        ([date(2024, 1, 1)], {"kind": "date"}),
        ([datetime(2024, 1, 1)], {"kind": "timestamp", "zone": False}),
        ([datetime(2024, 1, 1, tzinfo=timezone.utc), None], {"kind": "timestamp", "zone": True}),
        ([datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=timezone.utc)], None),
        ([datetime(2024, 1, 1), date(2024, 1, 1)], None),
        ([b"a", bytearray(b"b")], {"kind": "binary"}),
        ([{"a": 1}, [1]], {"kind": "json"}),
        (["a", 1], None),
        ([None], None),
        ([{1}], None),
    ],
)
def test_the_type_of_a_column(values: List[Any], expected: Any) -> None:
    assert type_of(*values) == expected


def test_the_schema_names_what_is_known_in_the_order_of_the_records() -> None:
    columns = columns_of([{"id": 1, "none": None}, {"id": 2, "late": "x"}])
    assert columns is not None
    assert not columns.uniform
    assert columns.schema == {
        "fields": [{"name": "id", "type": {"kind": "integer"}}, {"name": "late", "type": {"kind": "string"}}]
    }


def test_records_that_are_no_dicts_have_no_columns() -> None:
    assert columns_of([{"id": 1}, 2]) is None  # type: ignore[list-item]
    assert columns_of([{1: 2}]) is None
