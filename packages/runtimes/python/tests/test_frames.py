from __future__ import annotations

import base64
import io
from typing import Any, Callable, List, Optional

import pytest
from conftest import fixture_lines

from dativo_ingest.exceptions import DativoError
from dativo_ingest.host.contract_tables import FRAME_TYPES
from dativo_ingest.host.frames import Frame, encode_frame, read_frame


def reader_of(data: bytes, chunk: int = 1 << 20) -> Callable[[int], Optional[memoryview]]:
    stream = io.BytesIO(data)

    def read(size: int) -> Optional[memoryview]:
        found = b""
        while len(found) < size:
            part = stream.read(min(chunk, size - len(found)))
            if not part:
                if not found:
                    return None
                raise EOFError
            found += part
        return memoryview(found)

    return read


def frames_in(data: bytes) -> List[Frame]:
    read, found = reader_of(data), []
    while True:
        frame = read_frame(read)
        if frame is None:
            return found
        found.append(frame)


def test_the_golden_frames_are_read(golden: Callable[[str], bytes]) -> None:
    cases = fixture_lines("frames")
    frames = frames_in(golden("frames.bin"))
    assert len(frames) == len(cases)
    for frame, case in zip(frames, cases):
        assert (frame.name, frame.header) == (case["name"], case["header"])
        assert bytes(frame.payload) == base64.b64decode(case["payload_base64"])


@pytest.mark.parametrize("case", fixture_lines("frames"), ids=lambda case: case["name"])
def test_what_is_written_is_read_again(case: Any) -> None:
    payload = base64.b64decode(case["payload_base64"])
    written = b"".join(bytes(part) for part in encode_frame(case["name"], case["header"], payload))
    assert written[4] == case["type"] == FRAME_TYPES[case["name"]]
    (frame,) = frames_in(written)
    assert (frame.name, frame.header, bytes(frame.payload)) == (case["name"], case["header"], payload)


@pytest.mark.parametrize("case", fixture_lines("frames-refused"), ids=lambda case: case["name"])
def test_what_is_no_frame_is_refused(case: Any) -> None:
    with pytest.raises(DativoError) as caught:
        frames_in(base64.b64decode(case["bytes_base64"]))
    assert caught.value.error_code == case["error_code"]


def test_a_frame_that_is_too_large_says_what_to_do() -> None:
    with pytest.raises(DativoError) as caught:
        encode_frame("batch", {"id": 1}, memoryview(bytearray(257 * 1024 * 1024)))
    assert caught.value.error_code == "ABI_VIOLATION"
    assert caught.value.hint == "Yield smaller batches."
