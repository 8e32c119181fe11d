from __future__ import annotations

from typing import Any

import pytest
from conftest import fixture_lines

from dativo_ingest.host.field_type_text import format_field_type


@pytest.mark.parametrize("case", [case for case in fixture_lines("field-types") if "type" in case])
def test_types_are_written_as_the_contract_does(case: Any) -> None:
    assert format_field_type(case["type"]) == case["canonical"]
