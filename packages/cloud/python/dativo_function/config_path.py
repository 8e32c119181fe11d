"""Values of a configuration that were kept elsewhere for the time of its journey."""

from __future__ import annotations

import json
import re
from typing import Any, List


def with_kept_value(config: Any, path: str, value: str) -> Any:
    """A copy of a configuration with a kept value in its place.

    The path is written like `credentials.api_key`, with a backslash before a dot or colon inside a key; one that ends
    with `:json` holds JSON text.
    """
    keys = [""]
    is_json = False
    for part in re.findall(r"\\.|[.:]|[^\\.:]+", path, re.S):
        if part == ":":
            is_json = True
        elif part == ".":
            keys.append("")
        elif not is_json:
            keys[-1] += part[1:] if part.startswith("\\") else part
    return _placed(config, keys, json.loads(value) if is_json else value)


def _placed(holder: Any, keys: List[str], value: Any) -> Any:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(holder, list):
        return [_placed(item, rest, value) if str(at) == key else item for at, item in enumerate(holder)]
    members = holder if isinstance(holder, dict) else {}
    return {**members, key: _placed(members.get(key), rest, value)}
