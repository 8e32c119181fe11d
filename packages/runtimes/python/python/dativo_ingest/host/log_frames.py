"""Log records of the plugin's process as frames."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from typing import Any, Callable, Dict

BURST = 1000
"""Records that may come at once."""

PER_SECOND = 200
"""Records a second that may come for ever."""

Send = Callable[[str, Dict[str, Any]], None]


class FrameHandler(logging.Handler):
    """Sends log records as frames, as long as they are few enough to read, and counts the others."""

    def __init__(self, send: Send, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.source = "plugin"
        self._send = send
        self._now = now
        self._room = float(BURST)
        self._refilled_at = now()
        self._omitted = 0
        self._counting = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self._may_pass():
                self.report()
                self._send("log", self._header(record))
        except Exception:
            self.handleError(record)

    def report(self) -> None:
        """Says how many records were left out, when any were since it was last said."""
        with self._counting:
            omitted, self._omitted = self._omitted, 0
        if omitted:
            message = f"{omitted} more log records were left out, because they came too fast."
            fields = {"omitted": omitted}
            self._send("log", {"level": "warn", "message": message, "source": self.source, "fields": fields})

    def _may_pass(self) -> bool:
        with self._counting:
            now = self._now()
            self._room = min(float(BURST), self._room + (now - self._refilled_at) * PER_SECOND)
            self._refilled_at = now
            if self._room < 1:
                self._omitted += 1
                return False
            self._room -= 1
            return True

    def _header(self, record: logging.LogRecord) -> Dict[str, Any]:
        fields: Dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            fields["traceback"] = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        return {
            "level": _level(record.levelno),
            "message": record.getMessage(),
            "source": self.source,
            "fields": fields,
        }


def _level(number: int) -> str:
    if number >= logging.ERROR:
        return "error"
    if number >= logging.WARNING:
        return "warn"
    if number >= logging.INFO:
        return "info"
    return "debug" if number >= logging.DEBUG else "trace"


def install(send: Send) -> FrameHandler:
    """Makes every logger of the process write frames, warnings included."""
    handler = FrameHandler(send)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    return handler
