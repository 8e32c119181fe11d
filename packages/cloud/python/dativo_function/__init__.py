"""What runs inside a cloud function for a Python plugin."""

from __future__ import annotations

from typing import Any


def handler(_event: Any, _context: Any) -> None:
    """Named in the function's settings and never called: `AWS_LAMBDA_EXEC_WRAPPER` starts `lambda_runtime` instead."""
    raise RuntimeError("AWS_LAMBDA_EXEC_WRAPPER=/var/task/dativo-bootstrap is missing from the function's environment.")
