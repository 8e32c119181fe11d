from __future__ import annotations

import json
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from dativo_ingest.batches.received import received_records

SCHEMA = {
    "fields": [
        {"name": "at", "type": {"kind": "timestamp", "zone": True}},
        {"name": "wall", "type": {"kind": "timestamp", "zone": False}},
        {"name": "day", "type": {"kind": "date"}},
        {"name": "price", "type": {"kind": "decimal", "precision": 10, "scale": 2}},
        {"name": "ratio", "type": {"kind": "number"}},
        {"name": "bytes", "type": {"kind": "binary"}},
        {"name": "days", "type": {"kind": "list", "item": {"kind": "date"}}},
        {
            "name": "inner",
            "type": {
                "kind": "struct",
                "fields": [{"name": "price", "type": {"kind": "decimal", "precision": 5, "scale": 1}}],
            },
        },
    ]
}
ROW = (
    '[{"at":"2024-01-02T03:04:05.120Z","wall":"2024-01-02T03:04:05","day":"2024-02-29","price":"1.10","ratio":2,'
    '"bytes":{"$dativo":"binary","value":"AP8="},"days":["2024-01-01",null],"inner":{"price":"0.5"},'
    '"big":{"$dativo":"bigint","value":"9007199254740993"},"gone":null}]'
)
HEADER = {"form": "json"}


def test_the_default_is_what_json_dump_takes() -> None:
    (row,) = received_records(HEADER, ROW.encode(), SCHEMA, "json")
    assert (
        json.loads(json.dumps(row))
        == row
        == {
            "at": "2024-01-02T03:04:05.120Z",
            "wall": "2024-01-02T03:04:05",
            "day": "2024-02-29",
            "price": "1.10",
            "ratio": 2.0,
            "bytes": "AP8=",
            "days": ["2024-01-01", None],
            "inner": {"price": "0.5"},
            "big": 9007199254740993,
            "gone": None,
        }
    )
    assert type(row["ratio"]) is float


def test_pythons_own_values_on_request() -> None:
    (row,) = received_records(HEADER, ROW.encode(), SCHEMA, "python")
    assert row == {
        "at": datetime(2024, 1, 2, 3, 4, 5, 120000, tzinfo=timezone.utc),
        "wall": datetime(2024, 1, 2, 3, 4, 5),
        "day": date(2024, 2, 29),
        "price": Decimal("1.10"),
        "ratio": 2.0,
        "bytes": b"\x00\xff",
        "days": [date(2024, 1, 1), None],
        "inner": {"price": Decimal("0.5")},
        "big": 9007199254740993,
        "gone": None,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-02T03:04:05.1+02:00", datetime(2024, 1, 2, 1, 4, 5, 100000, tzinfo=timezone.utc)),
        ("+012024-01-02T03:04:05Z", "+012024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05.1234567Z", "2024-01-02T03:04:05.1234567Z"),
    ],
)
def test_timestamps_in_all_forms_that_the_contract_has(text: str, expected: Any) -> None:
    payload = json.dumps([{"at": text}]).encode()
    assert received_records(HEADER, payload, SCHEMA, "python") == [{"at": expected}]
