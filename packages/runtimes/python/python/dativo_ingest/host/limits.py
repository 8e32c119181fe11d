"""Limits of the plugin's process, and its end when the host is gone."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Optional

_REPORTING_BYTES = 32 * 1024 * 1024
"""Memory beyond the limit that is kept for saying that it was reached."""

_LOOK_SECONDS = 0.5


_limit_mb: Optional[int] = None


def memory_hint() -> str:
    """What to do about memory that ran out."""
    raise_it = "Give it more memory"
    if _limit_mb is not None:
        raise_it = f"Raise plugins.sandbox.memory_limit (now {_limit_mb} MB)"
    return f"{raise_it}, or let the plugin hand over smaller batches."


def limit_memory(megabytes: int) -> bool:
    """Bounds the memory of this process, in megabytes (2^20 bytes); says whether the system can."""
    global _limit_mb
    try:
        import resource
    except ImportError:
        return False  # Windows
    limit = megabytes * 1024 * 1024
    # Data, not address space: libraries reserve far more addresses than they ever fill.
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        try:
            resource.setrlimit(kind, (limit, limit + _REPORTING_BYTES))
            _limit_mb = megabytes
            return True
        except (OSError, ValueError):
            continue
    return False


def give_room_to_report() -> None:
    """After the memory limit was reached: lets this process say so."""
    try:
        import resource
    except ImportError:
        return
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        soft, hard = resource.getrlimit(kind)
        if soft != hard:
            resource.setrlimit(kind, (hard, hard))


def end_group() -> None:
    """Ends this process and all that it started, threads that still run included."""
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def end_when_orphaned(host: Optional[int] = None) -> None:
    """Ends this process, and what it started, when its host has gone, even while a plugin keeps it busy."""
    parent = os.getppid() if host is None else host

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        end_group()

    if hasattr(os, "getppid") and os.name != "nt":
        threading.Thread(target=watch, name="dativo-orphan-watch", daemon=True).start()
