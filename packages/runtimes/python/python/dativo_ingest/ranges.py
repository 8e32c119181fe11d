"""Ranges of values that a divided object is read by; named and cut as those of readers in other languages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from .exceptions import PluginError

_BETWEEN = ".."
"""What stands between the ends of a range in its name."""

_EXACT = 2**53 - 1
"""The greatest integer that a number of JSON holds exactly, whoever reads it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND = timedelta(milliseconds=1)

End = Union[int, str]
Range = Tuple[Optional[End], Optional[End]]


class _Scale(NamedTuple):
    """A kind of value that ranges can be made of."""

    parse: Callable[[Any], Optional[int]]
    """The value as a whole number."""
    show: Callable[[int], End]


def split_range(call: str, bounds: Any, count: int, known: Sequence[str]) -> List[Tuple[str, Dict[str, End]]]:
    """Divides the values between two bounds into ranges of about the same width, open at both ends.

    `known` are names of partitions that have positions; when they are ranges without a gap, they are kept.
    """
    ranges = _kept(known)
    if ranges is None:
        ranges = _new(call, bounds, count)
    return [(_name(start, end), _params(start, end)) for start, end in ranges]


def _name(start: Optional[End], end: Optional[End]) -> str:
    return f"{'' if start is None else start}{_BETWEEN}{'' if end is None else end}"


def _params(start: Optional[End], end: Optional[End]) -> Dict[str, End]:
    return {key: value for key, value in (("from", start), ("to", end)) if value is not None}


def _new(call: str, bounds: Any, count: int) -> List[Range]:
    if bounds is None:
        return [(None, None)]
    least, greatest, show = _parsed(call, bounds)
    width = greatest - least + 1
    cuts = {least + width * part // count for part in range(1, count)}
    # A cut at the least value would leave the first range to values that are not there.
    ends = [show(cut) for cut in sorted(cuts) if cut > least]
    return list(zip([None, *ends], [*ends, None]))


def _parsed(call: str, bounds: Any) -> Tuple[int, int, Callable[[int], End]]:
    pair = tuple(bounds) if isinstance(bounds, (tuple, list)) else ()
    if len(pair) == 2:
        for scale in (_INTEGERS, _TIMES):
            least, greatest = scale.parse(pair[0]), scale.parse(pair[1])
            if least is not None and greatest is not None and least <= greatest:
                return least, greatest, scale.show
    raise PluginError(
        f"{call} should give by_range the least and the greatest value, integers or ISO 8601 times, or None.",
        "PLUGIN_WRONG_SHAPE",
    )


def _kept(names: Sequence[str]) -> Optional[List[Range]]:
    """The ranges that names stand for, in order, when together they hold every value once."""
    by_start: Dict[str, str] = {}
    for name in names:
        start, between, end = name.partition(_BETWEEN)
        if not between:
            return None
        by_start[start] = end
    ranges: List[Range] = []
    start = ""
    while len(ranges) < len(names) and start in by_start:
        end = by_start[start]
        ranges.append((_end_of(start), _end_of(end)))
        if not end:
            return ranges if len(ranges) == len(names) else None
        start = end
    return None


def _end_of(text: str) -> Optional[End]:
    if not text:
        return None
    return _show_integer(int(text)) if re.fullmatch(r"-?[0-9]+", text) else text


def _parse_integer(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _show_integer(value: int) -> End:
    return value if abs(value) <= _EXACT else str(value)


def _parse_time(value: Any) -> Optional[int]:
    if isinstance(value, str):
        try:
            # Python before 3.11 knows neither the Z nor fractions of another length.
            text = re.sub(r"[Zz]$", "+00:00", value)
            text = re.sub(r"\.([0-9]+)", lambda digits: "." + digits[1][:6].ljust(6, "0"), text)
            value = datetime.fromisoformat(text)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    zoned = value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value
    return (zoned - _EPOCH) // _MILLISECOND


def _show_time(value: int) -> End:
    time = _EPOCH + value * _MILLISECOND
    return time.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


_INTEGERS = _Scale(_parse_integer, _show_integer)
_TIMES = _Scale(_parse_time, _show_time)
