"""Where the tests find the golden fixtures of the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, List

import pytest

FIXTURES = Path(__file__).resolve().parents[3] / "protocol" / "fixtures"


def fixture_lines(name: str) -> List[Any]:
    """The lines of a golden fixture."""
    return [json.loads(line) for line in (FIXTURES / f"{name}.ndjson").read_text("utf-8").splitlines()]


@pytest.fixture
def golden() -> Callable[[str], bytes]:
    """The bytes of a golden fixture."""
    return lambda name: (FIXTURES / name).read_bytes()
