"""The life of a plugin's process."""

from __future__ import annotations

import os
import signal
import sys
import threading

from ..contract import CONTRACT_VERSION, FRAME_PROTOCOL_VERSION, PACKAGE_VERSION
from . import interruption, log_frames
from .channel import Channel
from .limits import end_group, end_when_orphaned
from .server import Server

FRAMES_DESCRIPTOR = 3
"""The file descriptor that the host gives frames on; standard output is the plugin's."""


def main() -> None:
    """Serves a plugin until the host closes its side."""
    os.set_inheritable(FRAMES_DESCRIPTOR, False)
    # The host decides what an interrupt means for the plugin; a terminal sends it to both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interruption.install()
    end_when_orphaned()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    channel = Channel(FRAMES_DESCRIPTOR)
    handler = log_frames.install(channel.send)

    def named(name: str) -> None:
        handler.source = name

    server = Server(channel, named)
    channel.send(
        "hello",
        {
            "protocol": FRAME_PROTOCOL_VERSION,
            "api": CONTRACT_VERSION,
            "name": "@dativo/runtime-python",
            "sdk": f"dativo-ingest {PACKAGE_VERSION}",
        },
    )
    threading.Thread(target=server.receive, name="dativo-frames", daemon=True).start()
    server.run()
    handler.report()
    sys.stdout.flush()
    sys.stderr.flush()
    end_group()
