"""Stops plugin code that is running, wherever it waits: with an exception in the main thread."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import Any, Iterator


class OperationCancelled(BaseException):
    """Raised inside plugin code when its call is no longer wanted, so that its `finally` blocks run."""


_SIGNAL = getattr(signal, "SIGURG", None)

_main = threading.main_thread()
_interruptible = 0
_shielded = 0
_pending = False


def install() -> None:
    """Takes over the signal that interrupts; where a system has none, calls are only stopped between two steps."""
    if _SIGNAL is not None:
        signal.signal(_SIGNAL, _on_signal)


def interrupt() -> None:
    """Interrupts the plugin code that runs now; from any thread. Without any, nothing happens."""
    if _SIGNAL is not None:
        signal.pthread_kill(_main.ident or 0, _SIGNAL)


def _on_signal(_number: int, _frame: Any) -> None:
    global _pending
    if _interruptible == 0:
        return
    if _shielded > 0:
        _pending = True
        return
    raise OperationCancelled


@contextmanager
def interruptible() -> Iterator[None]:
    """Around plugin code in the main thread."""
    global _interruptible, _pending
    _interruptible += 1
    try:
        yield
    finally:
        _interruptible -= 1
        _pending = False


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Around what plugin code must not be torn out of, such as writing a frame."""
    global _shielded, _pending
    if threading.current_thread() is not _main:
        yield
        return
    _shielded += 1
    try:
        yield
    finally:
        _shielded -= 1
    if _pending and _shielded == 0 and _interruptible > 0:
        _pending = False
        raise OperationCancelled
