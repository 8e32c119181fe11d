"""Field types as text, such as `decimal(10,2)` or `list<string>`."""

from __future__ import annotations

import json
import re
from typing import Any, Dict

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def format_field_type(field_type: Dict[str, Any]) -> str:
    """Writes a field type as text, as the contract does."""
    kind = field_type["kind"]
    if kind == "decimal":
        return f"decimal({field_type['precision']},{field_type['scale']})"
    if kind == "timestamp":
        return "timestamp_tz" if field_type["zone"] else "timestamp"
    if kind == "list":
        return f"list<{format_field_type(field_type['item'])}>"
    if kind == "struct":
        return f"struct<{', '.join(_member(field) for field in field_type['fields'])}>"
    return str(kind)


def _member(field: Dict[str, Any]) -> str:
    name = field["name"]
    shown = name if _WORD.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f"{shown}: {format_field_type(field['type'])}{'!' if field.get('required') else ''}"
