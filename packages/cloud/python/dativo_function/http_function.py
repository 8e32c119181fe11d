"""The function that the Functions Framework of Cloud Functions calls."""

from __future__ import annotations

import os
import threading
from typing import Any, Iterator

from .invocation import Invocation
from .output import Output
from .package import Package

_package = Package(os.getcwd())
_output = Output()
_one_at_a_time = threading.Lock()


def dativo(request: Any) -> Any:
    """Answers a request of frames with a stream of frames."""
    from flask import Response

    return Response(_answers(request.get_data()), mimetype="application/octet-stream")


def _answers(request: bytes) -> Iterator[bytes]:
    # The plugins of this process are used by one invocation at a time, as the function's settings ask for.
    with _one_at_a_time:
        for part in Invocation(_package, _output).answers(request):
            if part:
                yield part
