from __future__ import annotations

import os
import sys

import pytest

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


def test_small_payloads_follow_their_header_and_so_do_all_when_the_host_does_not_ask() -> None:
    assert SharedPayloads(2).put(b"x" * (SMALLEST_BYTES - 1)) is None
    assert SharedPayloads(0).put(b"x" * SMALLEST_BYTES) is None


def test_without_files_in_memory_payloads_follow_their_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    shared = SharedPayloads(2)
    assert shared.put(b"x" * SMALLEST_BYTES) is None
    assert shared.put(b"x" * SMALLEST_BYTES) is None
