"""Ranges that a divided object is read by."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from typing import Any, List

import pytest

from dativo_ingest.exceptions import PluginError
from dativo_ingest.partitions import Partition, PartitionTools


def split(bounds: Any, count: int, known: Any = ()) -> List[Partition]:
    return PartitionTools("orders", count, "Reader.partitions", known).by_range(bounds)


def holders(parts: List[Partition], value: int) -> int:
    def inside(part: Partition) -> bool:
        start, end = part.params.get("from"), part.params.get("to")
        return (start is None or value >= int(start)) and (end is None or value < int(end))

    return sum(map(inside, parts))


def test_integers_are_in_one_range_each_also_those_beyond_the_bounds() -> None:
    dice = random.Random(7)
    for size in (10, 2**40, 2**80):
        for _ in range(200):
            least, greatest = sorted(dice.randint(-size, size) for _ in range(2))
            parts = split((least, greatest), dice.randint(1, 50))
            cuts = [int(part.params["from"] or 0) for part in parts[1:]]
            for value in [least, greatest, dice.randint(-2 * size, 2 * size), *cuts, *(cut - 1 for cut in cuts)]:
                assert holders(parts, value) == 1
            # A later run knows them by their names, in whatever order, whatever the bounds are then.
            assert split((0, 99), 3, [part.id for part in reversed(parts)]) == parts


def test_ranges_are_those_that_readers_in_other_languages_cut() -> None:
    assert split((0, 99), 3) == [
        Partition("..33", {"to": 33}),
        Partition("33..66", {"from": 33, "to": 66}),
        Partition("66..", {"from": 66}),
    ]
    assert [part.id for part in split(("2026-01-01", "2026-01-02T23:59:59.999Z"), 2)] == [
        "..2026-01-02T00:00:00.000Z",
        "2026-01-02T00:00:00.000Z..",
    ]
    assert [part.params for part in split((2**53, 2**53 + 3), 2)] == [
        {"to": "9007199254740994"},
        {"from": "9007199254740994"},
    ]
    assert split(None, 8) == [Partition("..", {})]


def test_times_of_any_zone_are_the_same_ranges() -> None:
    least = datetime(2026, 1, 1, 12)
    there = timezone(timedelta(hours=2))
    bounds = [
        (least, least + timedelta(days=3)),
        (least.replace(tzinfo=timezone.utc), datetime(2026, 1, 4, 14, tzinfo=there)),
        ("2026-01-01T12:00:00.000Z", "2026-01-04T14:00:00.0+02:00"),
    ]
    for pair in bounds:
        assert [part.id for part in split(pair, 3)] == [part.id for part in split(bounds[0], 3)]


@pytest.mark.parametrize("known", [["eu", "us"], ["..10", "20.."], ["..10", "10..20"], ["..10", "10..", "eu"]])
def test_other_names_are_not_gone_on_from_as_ranges(known: List[str]) -> None:
    assert [part.id for part in split((0, 99), 2, known)] == ["..50", "50.."]


@pytest.mark.parametrize("bounds", [(3, 1), (0.5, 1), ("a", "b"), (1, "2026-01-01"), (True, 2), (1,), 7])
def test_what_are_no_bounds_is_refused(bounds: Any) -> None:
    with pytest.raises(PluginError) as caught:
        split(bounds, 2)
    assert caught.value.error_code == "PLUGIN_WRONG_SHAPE"
