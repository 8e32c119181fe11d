from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any, List
from uuid import UUID

import pytest
from conftest import fixture_lines

from dativo_ingest.batches import plain_values, row_json
from dativo_ingest.batches.column_types import columns_of
from dativo_ingest.batches.plain_values import to_plain
from dativo_ingest.batches.row_json import decode_rows, encode_rows


def encoded(records: List[Any]) -> Any:
    return json.loads(encode_rows(records, columns_of(records)))


@pytest.fixture(params=["orjson", "json"], autouse=True)
def encoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "json":
        monkeypatch.setattr(row_json, "orjson", None)
    elif row_json.orjson is None:
        pytest.skip("orjson is not installed")


@pytest.mark.parametrize("case", fixture_lines("row-json"), ids=lambda case: case["name"])
def test_the_golden_rows_are_read(case: Any) -> None:
    rows = decode_rows(case["text"].encode(), lambda tag, content: (tag, content))
    plain = json.loads(case["text"])
    if "$dativo" not in case["text"]:
        assert rows == plain
    elif case["name"] == "bigint":
        assert [row["id"] for row in rows] == [9007199254740993, -9223372036854775808]
    elif case["name"] == "numbers beyond JSON":
        assert str(rows) == "[{'a': nan, 'b': inf, 'c': -inf, 'd': -0.0}]"
    elif case["name"] == "a $dativo key of the record itself":
        assert rows[0] == {"$dativo": "bigint", "value": "1"}
        assert rows[1] == {"a": {"$dativo": {"$dativo": 1}}}
    elif case["name"] in ("date", "binary", "unsupported"):
        assert all(isinstance(value, tuple) and value[0] == case["name"] for row in rows for value in row.values())


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


ZONE = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (9007199254740993, {"$dativo": "bigint", "value": "9007199254740993"}),
        (9007199254740991, 9007199254740991),
        (True, True),
        (1.5, 1.5),
        (float("nan"), {"$dativo": "number", "value": "NaN"}),
        (float("-inf"), {"$dativo": "number", "value": "-Infinity"}),
        (Decimal("12.340"), "12.340"),
        (Decimal("1E+3"), "1000"),
        (datetime(2024, 2, 29, 12, 0, 0, 1), "2024-02-29T12:00:00.000001"),
        (datetime(2024, 2, 29, 12, tzinfo=ZONE), "2024-02-29T12:00:00+02:00"),
        (date(2024, 2, 29), "2024-02-29"),
        (time(1, 2, 3), "01:02:03"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"\x00\xff", {"$dativo": "binary", "value": "AP8="}),
        (bytearray(b"\x00"), {"$dativo": "binary", "value": "AA=="}),
        (Colour.RED, "red"),
        (Level.LOW, 1),
        ((1, 2), [1, 2]),
        ({"a": {1: [2**60]}}, {"a": {"1": [{"$dativo": "bigint", "value": str(2**60)}]}}),
        ({"$dativo": 1}, {"$dativo": "object", "value": {"$dativo": 1}}),
        ({1, 2}, {"$dativo": "unsupported", "value": "a set"}),
        (timedelta(1), {"$dativo": "unsupported", "value": "a timedelta"}),
        (object, {"$dativo": "unsupported", "value": "a type"}),
    ],
)
def test_a_value_is_carried_without_loss(value: Any, plain: Any) -> None:
    assert encoded([{"value": value}]) == [{"value": plain}]
    assert encoded([{"value": value}, {}]) == [{"value": plain}, {}]
    assert to_plain(value) == plain


def test_records_that_are_no_dicts_are_read_or_set_aside() -> None:
    from collections import namedtuple
    from dataclasses import dataclass

    @dataclass
    class Row:
        a: int

    point = namedtuple("point", "x y")
    assert encoded([Row(1), point(1, 2), 7, None]) == [{"a": 1}, {"x": 1, "y": 2}, 7, None]
    assert encoded([{2: "two", None: "none", True: "yes"}]) == [{"2": "two", "null": "none", "true": "yes"}]


def test_a_record_that_contains_itself_is_set_aside() -> None:
    record: Any = {"id": 1}
    record["self"] = record
    (row,) = encoded([record])
    assert row["id"] == 1
    assert "nested more than" in json.dumps(row)


def test_lone_surrogates_and_many_languages_survive() -> None:
    records = [{"text": 'é日本🎉\n"'}, {"text": "\ud800"}]
    payload = encode_rows(records, columns_of(records))
    assert decode_rows(payload, lambda tag, content: content) == records


def test_sqlite_rows_are_records() -> None:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    records = connection.execute("select 1 as id, 'a' as name, x'00' as bytes").fetchall()
    assert encoded(records) == [{"id": 1, "name": "a", "bytes": {"$dativo": "binary", "value": "AA=="}}]


def test_records_of_one_shape_are_written_as_json_writes_them() -> None:
    moment = datetime(2024, 2, 29, 12, 0, 0, 1, tzinfo=timezone.utc)
    records: List[Any] = [
        {"id": n, '100%s "é"': text, "at": at, "on": on, "mixed": mixed, "amount": n / 7}
        for n, (text, at, on, mixed) in enumerate(
            [
                ("a", moment, True, None),
                ('%d "\n\\é🎉\ud800', moment, False, Decimal("1.50")),
                ("", moment.replace(tzinfo=None), True, date(2024, 2, 29)),
                ("c", moment, None, UUID(int=1)),
                ("d", None, False, b"\x00"),
                ("e", moment, False, time(1, 2)),
            ]
        )
    ]
    expected = json.loads(json.dumps(records, default=plain_values.scalar_text))
    payload = encode_rows(records, columns_of(records))
    assert decode_rows(payload, lambda tag, content: plain_values.tagged(tag, content)) == expected
    assert list(json.loads(payload)[0]) == list(records[0])


@pytest.mark.parametrize("records", [[{}, {}], [{"a": 1}, {}], [{"a": 1}, {"b": 1}], [{"a": 1}, {"a": 1, "b": 2}]])
def test_records_of_several_shapes_keep_theirs(records: List[Any]) -> None:
    assert encoded(records) == records
