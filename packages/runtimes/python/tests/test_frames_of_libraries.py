"""numpy, pandas, polars and pyarrow: their values in records, and their frames as batches."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, List
from zoneinfo import ZoneInfo

import pytest

from dativo_ingest.batches import arrow_frames
from dativo_ingest.batches.arrow_frames import columns_to_ipc, frames_of, is_frame, load_pyarrow, records_of
from dativo_ingest.batches.arrow_stream import ArrowStream, bytes_of
from dativo_ingest.batches.column_types import columns_of
from dativo_ingest.batches.row_json import encode_rows

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")


def table_of(frame: Any) -> Any:
    pieces = frames_of(frame)
    assert pieces is not None
    return pa.concat_tables([pa.ipc.open_stream(bytes_of(piece.payload)).read_all() for piece in pieces])


def encoded(records: List[Any]) -> Any:
    return json.loads(encode_rows(records, columns_of(records)))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int64(2**60), {"$dativo": "bigint", "value": str(2**60)}),
        (np.float64(1.5), 1.5),
        (np.float32("nan"), {"$dativo": "number", "value": "NaN"}),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.bytes_(b"\x00"), {"$dativo": "binary", "value": "AA=="}),
        (np.datetime64("2024-01-02T03:04:05.000006"), "2024-01-02T03:04:05.000006"),
        (np.datetime64("2024-01-02T03:04:05.000000001", "ns"), "2024-01-02T03:04:05.000000001"),
        (np.datetime64("2024-01-02"), "2024-01-02"),
        (np.datetime64("NaT"), None),
        (np.array([1, 2]), [1, 2]),
        (np.timedelta64(1, "s"), {"$dativo": "unsupported", "value": "a numpy timedelta64"}),
        (pd.Timestamp("2024-01-02T03:04:05.000006Z"), "2024-01-02T03:04:05.000006+00:00"),
        (pd.Timestamp("2024-01-02T03:04:05.000000001"), "2024-01-02T03:04:05.000000001"),
        (pd.NaT, None),
        (pd.NA, None),
        (pa.scalar(1), {"$dativo": "unsupported", "value": "an Int64Scalar"}),
    ],
)
def test_a_value_in_a_record(value: Any, plain: Any) -> None:
    assert encoded([{"value": value}]) == [{"value": plain}]


def test_a_column_of_numpy_values_has_the_type_of_pythons() -> None:
    columns = columns_of([{"n": np.int32(1), "f": np.float64(2)}])
    assert columns is not None
    assert [column.field_type for column in columns.columns] == [{"kind": "integer"}, {"kind": "number"}]


def test_pandas_keeps_a_named_index_and_makes_nan_null() -> None:
    frame = pd.DataFrame({"id": [1, 2], "x": [1.5, float("nan")], "at": pd.to_datetime(["2024-01-01", None])})
    assert is_frame(frame)
    table = table_of(frame.set_index("id"))
    assert table.column_names == ["id", "x", "at"]
    assert table.to_pylist()[1] == {"id": 2, "x": None, "at": None}


def test_pandas_without_pyarrow_goes_as_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_frames, "load_pyarrow", lambda: None)
    frame = pd.DataFrame({"id": [1, 2], "x": [1.5, float("nan")], "at": pd.to_datetime(["2024-01-01", None])})
    assert frames_of(frame) is None
    assert encoded(records_of(frame)) == [
        {"id": 1, "x": 1.5, "at": "2024-01-01T00:00:00"},
        {"id": 2, "x": None, "at": None},
    ]


def test_a_pandas_column_of_mixed_values_goes_as_records() -> None:
    frame = pd.DataFrame({"mixed": [1, "a", {"b": 2}]})
    assert frames_of(frame) is None
    assert encoded(records_of(frame)) == [{"mixed": 1}, {"mixed": "a"}, {"mixed": {"b": 2}}]


@pytest.mark.parametrize("lazy", [False, True])
def test_polars_frames(lazy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(arrow_frames, "load_pyarrow", lambda: None)
        frame = pl.DataFrame({"id": [1, 2], "name": ["a", None], "at": [datetime(2024, 1, 1), None], "l": [[1], []]})
        assert is_frame(frame.lazy() if lazy else frame)
        pieces = frames_of(frame.lazy() if lazy else frame)
        assert pieces is not None
        (piece,) = pieces
    table = pa.ipc.open_stream(bytes_of(piece.payload)).read_all()
    assert table.to_pylist() == frame.to_dicts()


def test_a_large_table_is_cut() -> None:
    table = pa.table({"n": list(range(3_000_000))})
    pieces = frames_of(table)
    assert pieces is not None
    sizes = [(piece.records, len(piece.payload)) for piece in pieces]
    assert sum(records for records, _ in sizes) == 3_000_000
    assert len(sizes) == 3
    assert max(size for _, size in sizes) < 1.1 * arrow_frames.FRAME_BYTES


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"n": [1, None], "s": ["a", "é"]}),
        pa.table({"n": pa.array([], pa.int64())}),
        pa.chunked_array([["a", "b"], [], ["c"]]).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string())),
        pa.table({"n": pa.chunked_array([[1], [2, 3]])}).slice(1, 2),
        pa.record_batch({"l": [[1], None], "d": [{"a": 1}, {"a": None}]}),
    ],
    ids=["plain", "empty", "dictionaries", "slice", "nested"],
)
def test_a_stream_is_as_long_as_it_says_wherever_it_is_written(table: Any) -> None:
    table = pa.table({"c": table}) if isinstance(table, pa.ChunkedArray) else table
    stream = ArrowStream(pa, table)
    written = stream.written()
    assert len(stream) == len(written) == len(bytes(stream))
    room = bytearray(b"x" * (len(stream) + 3))
    stream.write_into(room)
    assert bytes(room) == bytes(written) + b"xxx"
    assert pa.ipc.open_stream(room).read_all().to_pylist() == table.to_pylist()


def test_record_batches_and_anything_with_an_arrow_stream() -> None:
    class Stream:
        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return pa.table({"n": [1]}).__arrow_c_stream__(requested_schema)

    assert is_frame(Stream())
    assert table_of(Stream()).to_pylist() == [{"n": 1}]
    assert table_of(pa.record_batch({"n": [1]})).to_pylist() == [{"n": 1}]


def test_records_become_columns_of_the_same_types() -> None:
    utc = timezone.utc
    records = [
        {
            "i": 2**60,
            "f": 1.0,
            "s": "é",
            "b": True,
            "d": date(2024, 1, 1),
            "t": datetime(2024, 1, 1, 1, tzinfo=utc),
            "w": datetime(2024, 1, 1, 1, 0, 0, 1),
            "dec": Decimal("1.10"),
            "bin": b"\x00",
            "j": {"a": [2**60, Decimal("1.5"), b"\x00"]},
            "none": None,
        }
    ] * 2
    columns = columns_of(records)
    assert columns is not None
    ipc = columns_to_ipc(load_pyarrow(), columns, 2)
    assert ipc is not None
    table = pa.ipc.open_stream(bytes_of(ipc.payload)).read_all()
    types = [str(getattr(field.type, "storage_type", field.type)) for field in table.schema]
    assert types == [
        "int64",
        "double",
        "string",
        "bool",
        "date32[day]",
        "timestamp[us, tz=UTC]",
        "timestamp[us]",
        "decimal128(38, 9)",
        "binary",
        "string",
    ]
    assert "arrow.json" in str(table.schema.field("j"))  # as metadata, or as the type that newer versions know
    row = table.to_pylist()[0]
    assert row.pop("j") == '{"a":[1152921504606846976,"1.5","AA=="]}'
    assert row == {key: value for key, value in records[0].items() if key not in ("j", "none")}


def test_instants_are_those_that_pyarrow_would_have_read() -> None:
    plus_two, berlin = timezone(timedelta(hours=2)), ZoneInfo("Europe/Berlin")
    aware: List[Any] = [
        datetime(2024, 2, 29, 12, 30, 0, 123456, plus_two),
        None,
        datetime(1, 1, 1, tzinfo=timezone.utc),
        datetime(9999, 12, 31, 23, 59, 59, 999999, timezone.utc),
        datetime(2024, 10, 27, 2, 30, tzinfo=berlin),
        datetime(2024, 10, 27, 2, 30, tzinfo=berlin, fold=1),
        datetime(1969, 12, 31, 23, 59, 59, 1, timezone(timedelta(hours=-5, minutes=-17))),
    ]
    plain = [None if value is None else value.replace(tzinfo=None) for value in aware]
    columns = columns_of([{"t": one, "w": other} for one, other in zip(aware, plain)])
    assert columns is not None
    ipc = columns_to_ipc(load_pyarrow(), columns, len(aware))
    assert ipc is not None
    table = pa.ipc.open_stream(bytes_of(ipc.payload)).read_all()
    assert table["t"].combine_chunks().equals(pa.array(aware, pa.timestamp("us", tz="UTC")))
    assert table["w"].combine_chunks().equals(pa.array(plain, pa.timestamp("us")))


@pytest.mark.parametrize(
    "records",
    [
        [{"a": 1}, {"b": 1}],
        [{"a": 1}, {"a": "x"}],
        [{"a": {"nan": float("nan")}}],
        [{"a": "\ud800"}],
        [{"a": {1, 2}}],
        [{"a": None}],
    ],
    ids=["ragged", "mixed", "nan in json", "surrogate", "unsupported", "nothing but null"],
)
def test_what_columns_cannot_carry_is_left_to_rows(records: List[Any]) -> None:
    columns = columns_of(records)
    assert columns is not None
    assert columns_to_ipc(load_pyarrow(), columns, len(records)) is None
