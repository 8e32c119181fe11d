from __future__ import annotations

import os
import sys

import pytest

from dativo_ingest.batches.arrow_stream import ArrowStream
from dativo_ingest.host.frames import encode_frame, read_frame
from dativo_ingest.host.shared_payloads import SMALLEST_BYTES, SharedPayloads

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files in memory are Linux's")


def read(where: dict[str, int]) -> bytes:
    return os.pread(where["descriptor"], where["bytes"], 0)


def test_as_many_payloads_as_are_under_way_can_be_read() -> None:
    shared = SharedPayloads(2)
    payloads = [bytes([n]) * (SMALLEST_BYTES + n) for n in range(5)]
    places = []
    for payload in payloads:
        place = shared.put(payload)
        assert place is not None
        places.append(place)
        for known, expected in list(zip(places, payloads))[-2:]:
            assert read(known) == expected
    assert len({place["descriptor"] for place in places}) == 2
    shared.close()
    with pytest.raises(OSError):
        os.fstat(places[0]["descriptor"])


def test_columns_are_written_where_they_lie() -> None:
    pa = pytest.importorskip("pyarrow")
    shared = SharedPayloads(2)
    tables = [
        pa.table({"n": range(start, start + rows)}) for start, rows in enumerate([10_000, 9_000, 100_000, 10_000])
    ]
    places = []
    for table in tables:
        stream = ArrowStream(pa, table)
        place = shared.put(stream)
        assert place is not None
        assert place["bytes"] == len(stream)
        places.append(place)
        for known, expected in list(zip(places, tables))[-2:]:
            assert pa.ipc.open_stream(read(known)).read_all() == expected
    text = b"x" * 200_000
    place = shared.put(text)
    assert place is not None
    assert read(place) == text
    again = shared.put(ArrowStream(pa, tables[2]))
    assert again is not None
    assert pa.ipc.open_stream(read(again)).read_all() == tables[2]
    assert len({place["descriptor"] for place in places}) == 2
    shared.close()


def test_where_there_is_no_memory_left_columns_follow_their_header(monkeypatch: pytest.MonkeyPatch) -> None:
    pa = pytest.importorskip("pyarrow")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    stream = ArrowStream(pa, pa.table({"n": range(10_000)}))
    assert SharedPayloads(2).put(stream) is None
    header = {"id": 1, "sequence": 0, "object": "o", "form": "arrow-ipc", "recordCount": 10_000}
    frame = b"".join(bytes(part) for part in encode_frame("batch", header, stream))
    left = memoryview(frame)

    def read_next(size: int) -> memoryview:
        nonlocal left
        part, left = left[:size], left[size:]
        return part

    sent = read_frame(read_next)
    assert sent is not None
    assert pa.ipc.open_stream(sent.payload).read_all().num_rows == 10_000


def test_small_payloads_follow_their_header_and_so_do_all_when_the_host_does_not_ask() -> None:
    assert SharedPayloads(2).put(b"x" * (SMALLEST_BYTES - 1)) is None
    assert SharedPayloads(0).put(b"x" * SMALLEST_BYTES) is None


def test_without_files_in_memory_payloads_follow_their_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    shared = SharedPayloads(2)
    assert shared.put(b"x" * SMALLEST_BYTES) is None
    assert shared.put(b"x" * SMALLEST_BYTES) is None
