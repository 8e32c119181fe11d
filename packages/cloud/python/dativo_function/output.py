"""What a plugin prints and logs, as frames of the response that is under way."""

from __future__ import annotations

import io
import sys
from typing import Any, Dict, List, Tuple

from dativo_ingest.host import log_frames

Record = Tuple[str, Dict[str, Any]]


class Output:
    """Collects log records until they are sent; what is printed becomes records too."""

    def __init__(self) -> None:
        self._waiting: List[Record] = []
        self._handler = log_frames.install(lambda name, header: self._waiting.append((name, header)))
        sys.stdout = _Lines(self, "info")
        sys.stderr = _Lines(self, "warn")

    def named(self, plugin: str) -> None:
        """Names the plugin that records come from."""
        self._handler.source = plugin

    def take(self) -> List[Record]:
        """The records since the last time."""
        self._handler.report()
        taken, self._waiting = self._waiting, []
        return taken

    def line(self, level: str, text: str) -> None:
        """Takes a line that was printed."""
        self._waiting.append(("log", {"level": level, "message": text, "source": self._handler.source}))


class _Lines(io.TextIOBase):
    """A stream whose lines are log records."""

    def __init__(self, output: Output, level: str) -> None:
        super().__init__()
        self._output = output
        self._level = level
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._output.line(self._level, line)
        return len(text)
