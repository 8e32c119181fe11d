"""The Python blocks of the plugin development guide, taken out of it as they are."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import List

GUIDE = Path(__file__).parent / "guide" / "plugin-development-guide.md"

CLIENT = """
# What the guide leaves to its reader: the client of an API.
from my_api_client import AuthenticationError, MyAPIClient
"""


def blocks() -> List[str]:
    """Every block of the guide that is Python, in its order."""
    return re.findall(r"^```python\n(.*?)^```", GUIDE.read_text("utf-8"), re.M | re.S)


def block(start: str) -> str:
    """The one block whose text has a part."""
    (found,) = (text for text in blocks() if start in text)
    return found


def in_a_class(fragment: str, head: str, rest: str = "") -> str:
    """A fragment of best practices as a method of a class: what stands before its function stays outside."""
    before, definition, method = fragment.partition("def ")
    return (
        f"{CLIENT}\n{before}\n{head}\n{textwrap.indent(definition + method, '    ')}\n{textwrap.indent(rest, '    ')}"
    )
