"""Frames: `u32 length | u8 type | u32 header length | header JSON | payload`, little endian."""

from __future__ import annotations

import json
import struct
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from ..batches.arrow_stream import bytes_of
from ..exceptions import PluginError
from .contract_tables import FRAME_TYPES, HEADERS, MAX_FRAME_BYTES

_NAMES = {number: name for name, number in FRAME_TYPES.items()}
_FIXED_BYTES = 5
_ALIGNMENT = 8

_JSON_TYPES: Dict[str, Any] = {
    "integer": int,
    "number": (int, float),
    "string": str,
    "boolean": bool,
    "object": dict,
    "array": list,
    "any": object,
}


class Frame(NamedTuple):
    """A decoded frame; only a batch has a payload."""

    name: str
    header: Dict[str, Any]
    payload: memoryview


def encode_frame(name: str, header: Dict[str, Any], payload: Any = b"") -> List[Any]:
    """The parts of a frame to write one after the other; raises `ABI_VIOLATION` when it is too large."""
    text = json.dumps(header, separators=(",", ":"), default=str, ensure_ascii=True).encode("ascii")
    size = len(payload)
    if size:
        # Columns are read where they lie: blanks after the header align them to the frame's body.
        text += b" " * (-(_FIXED_BYTES + len(text)) % _ALIGNMENT)
    length = _FIXED_BYTES + len(text) + size
    if length > MAX_FRAME_BYTES:
        error = _violation(
            f"A {name} frame of {length} bytes is larger than the {MAX_FRAME_BYTES} that the other side accepts."
        )
        error.hint = "Yield smaller batches."
        raise error
    start = struct.pack("<IBI", length, FRAME_TYPES[name], len(text)) + text
    return [start, bytes_of(payload)] if size else [start]


def read_frame(read: Callable[[int], Optional[memoryview]]) -> Optional[Frame]:
    """The next frame, or None at the end of the stream.

    `read(n)` gives n bytes, None when the stream has ended before the first of them, and raises EOFError inside them.
    """
    try:
        prefix = read(4)
        if prefix is None:
            return None
        (length,) = struct.unpack("<I", prefix)
        if not _FIXED_BYTES <= length <= MAX_FRAME_BYTES:
            raise _violation(f"A frame says it has {length} bytes ({bytes(prefix)!r}).")
        body = read(length)
    except EOFError:
        body = None
    if body is None:
        raise PluginError("The stream ended inside a frame.", "UNEXPECTED_END", retryable=True)
    return _decode(body)


def _decode(body: memoryview) -> Frame:
    number, header_length = struct.unpack_from("<BI", body)
    name = _NAMES.get(number)
    if name is None:
        raise _violation(f"There is no frame type {number}.")
    end = _FIXED_BYTES + header_length
    if end > len(body):
        raise _violation(f"The header of a {name} frame is longer than the frame.")
    try:
        header = json.loads(bytes(body[_FIXED_BYTES:end]).decode("utf-8"))
    except ValueError:
        raise _violation(f"The header of a {name} frame is not JSON.") from None
    for member, kind in HEADERS[name].items():
        if not isinstance(header, dict) or member not in header or not _is(header[member], kind):
            raise _violation(f"The header of a {name} frame has the wrong shape: {member} should be of type {kind}.")
    payload = body[end:]
    if len(payload) and name != "batch":
        raise _violation(f"A {name} frame has a payload of {len(payload)} bytes; only batches have one.")
    return Frame(name, header, payload)


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _JSON_TYPES[kind]) and not (kind in ("integer", "number") and isinstance(value, bool))


def _violation(message: str) -> PluginError:
    return PluginError(message, "ABI_VIOLATION")
