"""Frames in both directions over one file descriptor."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any, Dict, Optional

from .frames import Frame, encode_frame, read_frame
from .interruption import uninterrupted


class Channel:
    """Frames to and from the host; safe to send on from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._broken = False
        self._owner = os.getpid()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave)

    @property
    def owned(self) -> bool:
        """Whether this is the process that the host started, and not one that the plugin forked."""
        return os.getpid() == self._owner

    def send(self, name: str, header: Dict[str, Any], payload: Any = b"") -> None:
        """Sends a frame, waiting until the host takes it; does nothing once the host has gone."""
        parts = encode_frame(name, header, payload)
        with uninterrupted(), self._lock:
            if self._broken:
                return
            try:
                for part in parts:
                    self._write(memoryview(part).cast("B"))
            except OSError:
                self._broken = True

    def receive(self) -> Optional[Frame]:
        """The next frame, or None when the host has closed its side."""
        return read_frame(self._read)

    def _write(self, data: memoryview) -> None:
        while data:
            data = data[os.write(self._descriptor, data) :]

    def _read(self, size: int) -> Optional[memoryview]:
        buffer = memoryview(bytearray(size))
        filled = 0
        while filled < size:
            try:
                chunk = os.read(self._descriptor, min(size - filled, 1 << 20))
            except OSError:
                chunk = b""
            if not chunk:
                if filled == 0:
                    return None
                raise EOFError
            buffer[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
        return buffer

    def _leave(self) -> None:
        """In a process that the plugin forked: the frames belong to the process that the host started."""
        self._broken = True
        self._lock = threading.Lock()
        try:
            os.close(self._descriptor)
        except OSError:
            pass
        sys.stdout.flush()
