"""pyarrow, pandas and polars frames as Arrow IPC, and records too where pyarrow is at hand."""

from __future__ import annotations

import io
import json
import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, NamedTuple, Optional

from .arrow_stream import ArrowStream
from .column_types import Columns, FieldType
from .plain_values import scalar_text, to_plain

if TYPE_CHECKING:
    import pyarrow

FRAME_BYTES = 8 * 1024 * 1024
"""Bytes of a frame that is cut out of a larger one."""

_JSON_FIELD = {"ARROW:extension:name": "arrow.json", "ARROW:extension:metadata": ""}


class Ipc(NamedTuple):
    """Records as one Arrow IPC stream."""

    payload: Any
    """Bytes, or an `ArrowStream` that is still to be written."""
    records: int


def is_frame(value: Any) -> bool:
    """Whether a value is a frame of pyarrow, pandas or polars, or of anything else that hands out Arrow streams."""
    module = type(value).__module__.partition(".")[0]
    if module in ("pyarrow", "pandas", "polars"):
        return type(value).__name__ in ("Table", "RecordBatch", "DataFrame", "LazyFrame")
    return hasattr(value, "__arrow_c_stream__")


def load_pyarrow() -> Optional[Any]:
    """pyarrow, when it is installed."""
    try:
        import pyarrow.ipc  # noqa: F401
    except ImportError:
        return None
    return sys.modules["pyarrow"]


def frames_of(value: Any) -> Optional[Iterator[Ipc]]:
    """A frame as Arrow IPC; None when it has to go as records, because pyarrow is missing or cannot read it."""
    if type(value).__module__.startswith("polars"):
        return _of_polars(value)
    arrow = load_pyarrow()
    if arrow is None:
        return None
    table = _table(arrow, value)
    return None if table is None else _of_table(arrow, table)


def records_of(value: Any) -> List[Dict[str, Any]]:
    """The records of a frame that cannot go as Arrow."""
    if hasattr(value, "notna"):
        frame = _with_index(value)
        records: List[Dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
        return records
    if hasattr(value, "to_dicts"):
        return list(value.to_dicts())
    return list(value.to_pylist())


def _table(arrow: Any, value: Any) -> Optional[Any]:
    if isinstance(value, arrow.RecordBatch):
        return arrow.Table.from_batches([value])
    if isinstance(value, arrow.Table):
        return value
    if type(value).__module__.startswith("pandas"):
        try:
            return arrow.Table.from_pandas(_with_index(value), preserve_index=False).replace_schema_metadata(None)
        except (arrow.ArrowInvalid, arrow.ArrowTypeError, arrow.ArrowNotImplementedError):
            return None  # a column of mixed values
    return arrow.RecordBatchReader.from_stream(value).read_all()


def _with_index(frame: Any) -> Any:
    """An index that has a name is a column; one without is only a count of rows."""
    return frame.reset_index() if any(name is not None for name in frame.index.names) else frame


def _of_table(arrow: Any, table: Any) -> Iterator[Ipc]:
    rows = table.num_rows
    step = max(1, rows if table.nbytes <= FRAME_BYTES else rows * FRAME_BYTES // table.nbytes)
    for start in range(0, rows, step):
        piece = table.slice(start, step)
        yield Ipc(ArrowStream(arrow, piece), piece.num_rows)


def _of_polars(frame: Any) -> Iterator[Ipc]:
    polars = sys.modules["polars"]
    if hasattr(frame, "collect") and not hasattr(frame, "iter_slices"):
        frame = frame.collect()
    rows = frame.height
    size = max(1, frame.estimated_size())
    step = max(1, rows if size <= FRAME_BYTES else rows * FRAME_BYTES // size)
    for piece in frame.iter_slices(step):
        sink = io.BytesIO()
        piece.write_ipc_stream(sink, compat_level=polars.CompatLevel.oldest())
        yield Ipc(sink.getbuffer(), piece.height)


def columns_to_ipc(arrow: Any, columns: Columns, count: int) -> Optional[Ipc]:
    """Records as Arrow IPC; None when their columns are not all of one type, or some records lack some."""
    if not columns.uniform:
        return None
    fields: List[Any] = []
    arrays: List[Any] = []
    try:
        for name, values, types, field_type, _, _ in columns.columns:
            if field_type is None:
                if types:
                    return None
                continue  # nothing but null, of which no type is known yet
            field = _arrow_field(arrow, name, field_type)
            fields.append(field)
            if field_type["kind"] == "timestamp":
                arrays.append(_instants(arrow, field.type, values))
            else:
                arrays.append(arrow.array(_arrow_values(field_type, types, values), type=field.type))
        if not fields:
            return None
        schema = arrow.schema(fields)
        stream = ArrowStream(arrow, arrow.record_batch(arrays, schema=schema))
    except (arrow.ArrowException, ValueError, TypeError, OverflowError, _NotJson):
        return None  # a value that only row JSON can carry
    return Ipc(stream, count)


def _arrow_field(arrow: Any, name: str, field_type: FieldType) -> pyarrow.Field[Any]:
    kind = field_type["kind"]
    if kind == "decimal":
        return arrow.field(name, arrow.decimal128(field_type["precision"], field_type["scale"]))
    if kind == "timestamp":
        return arrow.field(name, arrow.timestamp("us", tz="UTC" if field_type["zone"] else None))
    if kind == "json":
        return arrow.field(name, arrow.string(), metadata=_JSON_FIELD)
    plain = {
        "string": arrow.string,
        "integer": arrow.int64,
        "number": arrow.float64,
        "boolean": arrow.bool_,
        "date": arrow.date32,
        "binary": arrow.binary,
    }
    return arrow.field(name, plain[kind]())


def _arrow_values(field_type: FieldType, types: set[type], values: List[Any]) -> List[Any]:
    kind = field_type["kind"]
    if kind == "json":
        return [None if value is None else _json_text(value) for value in values]
    if kind == "string" and types != {str}:
        return [value if value is None or type(value) is str else scalar_text(value) for value in values]
    if kind == "number" and int in types:
        return [None if value is None else float(value) for value in values]
    return values


_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _instants(arrow: Any, arrow_type: Any, values: List[Optional[datetime]]) -> Any:
    """Timestamps, by what has gone by since the epoch: pyarrow asks each for its zone, which takes thrice as long."""
    epoch = _EPOCH if arrow_type.tz is None else _EPOCH_UTC
    passed = [None if value is None else value - epoch for value in values]
    return arrow.array(passed, type=arrow.duration("us")).view(arrow_type)


class _NotJson(Exception):
    pass


def _json_text(value: Any) -> str:
    return json.dumps(_json_value(to_plain(value)), separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def _json_value(value: Any) -> Any:
    """A nested value without tags, as columns of JSON hold it: integers as digits, bytes as base64."""
    if type(value) is dict:
        tag = value.get("$dativo")
        if tag is None:
            return {key: _json_value(item) for key, item in value.items()}
        if tag == "bigint":
            return int(value["value"])
        if tag == "binary":
            return value["value"]
        if tag == "object":
            return {key: _json_value(item) for key, item in value["value"].items()}
        raise _NotJson(tag)
    if type(value) is list:
        return [_json_value(item) for item in value]
    return value
