"""Decides at which checkpoint the stream of an invocation stops."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Set


class ResponseBudget:
    """Sees to it that neither bytes nor time run out before the next checkpoint.

    Places where records of another object would have to be read again are passed over.
    """

    def __init__(
        self,
        bounds: Dict[str, Any],
        sent_bytes: Callable[[], int],
        remaining_ms: Callable[[], float],
        now_ms: Callable[[], float],
    ) -> None:
        self._bounds = bounds
        self._sent_bytes = sent_bytes
        self._remaining_ms = remaining_ms
        self._now_ms = now_ms
        self._uncovered: Set[str] = set()
        """Objects with records that no checkpoint covers yet."""
        self._largest = 0
        self._slowest = 0.0
        self._bytes_at = sent_bytes()
        self._time_at = now_ms()

    def stop(self, name: str, header: Dict[str, Any]) -> Optional[str]:
        """Takes note of a frame that was sent; says why the stream is to stop after it."""
        if name == "batch":
            self._uncovered.add(header["object"])
        if name == "batch" or (name == "object" and header["event"] == "begin"):
            return None
        self._uncovered.discard(header["object"])
        if self._uncovered:
            return None
        sent, now = self._sent_bytes(), self._now_ms()
        self._largest = max(self._largest, sent - self._bytes_at)
        self._slowest = max(self._slowest, now - self._time_at)
        self._bytes_at, self._time_at = sent, now
        if sent >= self._bounds["response_bytes"] or sent + self._largest > self._bounds["stream_bytes"]:
            return "bytes"
        if self._remaining_ms() < max(self._bounds["reserve_ms"], 2 * self._slowest):
            return "deadline"
        return None
