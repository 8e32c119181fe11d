"""What plugins raise, as errors of the contract: code, retryability, place and traceback."""

from __future__ import annotations

import errno
import json
import os
import traceback
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from ..exceptions import DativoError
from .contract_tables import CATALOGUE
from .limits import memory_hint

OWN_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")
_MAX_STACK_LINES = 60
_MAX_CAUSES = 5

_OF_SOCKETS = {("socket", "timeout"), ("socket", "gaierror"), ("ssl", "SSLError")}
"""By name: to load the modules takes a tenth of the time that this process has to start, and few plugins need them."""

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_MISSING = {errno.ENOENT, errno.EISDIR, errno.ENOTDIR}
_NETWORK = {
    errno.ECONNABORTED,
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.EPIPE,
    errno.ETIMEDOUT,
}

_LIBRARIES = {"requests", "urllib3", "httpx", "httpcore", "aiohttp", "botocore", "urllib"}
_UNREACHABLE = {
    "ConnectionError",
    "Timeout",
    "ConnectTimeout",
    "ReadTimeout",
    "ChunkedEncodingError",
    "ProxyError",
    "HTTPClientError",
    "ProtocolError",
    "TimeoutError",
    "MaxRetryError",
    "TimeoutException",
    "NetworkError",
    "RemoteProtocolError",
    "ClientConnectionError",
    "ServerTimeoutError",
    "URLError",
}
_PASSING_STATUS = {408, 425, 500, 502, 503, 504}


class Classified(NamedTuple):
    """The code that an exception of a library or the system stands for."""

    code: str
    retryable: Optional[bool] = None
    retry_after: Optional[float] = None


def fault(thrown: BaseException, plugin: str, call: str, kind: Optional[str], root: str) -> Dict[str, Any]:
    """The serialised form of whatever a plugin raised in a call; `kind` is reader or writer where it is known."""
    own: Any = thrown if _is_dativo_error(thrown) else None
    found = None if own is not None else classify(thrown, kind)
    code = str(own.error_code) if own is not None else found.code if found is not None else "PLUGIN_ERROR"
    entry = CATALOGUE.get(code)
    at = _place(thrown, root)
    details: Dict[str, Any] = dict(own.details) if own is not None and isinstance(own.details, dict) else {}
    details.update(plugin=plugin, call=call, stack=_stack(thrown))
    if at is not None:
        details["at"] = at
    retryable = entry.retryable if entry is not None else False
    retry_after = None
    if own is not None:
        retryable = bool(own.retryable)
        retry_after = getattr(own, "retry_after", None)
    elif found is not None:
        retryable = retryable if found.retryable is None else found.retryable
        retry_after = found.retry_after
    error: Dict[str, Any] = {
        "error_type": entry.error_type if entry is not None else "DativoError",
        "error_code": code,
        "message": f'Plugin "{plugin}" failed in {call}: {_describe(thrown, found)}'
        + (f" ({at})" if at is not None and own is None and found is None else ""),
        "retryable": retryable,
        "details": _json_safe(details),
    }
    hint = getattr(own, "hint", None) or (entry.hint if entry is not None else None)
    if found is not None and found.code == "PLUGIN_CRASHED":
        hint = memory_hint()
    if hint:
        error["hint"] = str(hint)
    if isinstance(retry_after, (int, float)) and retry_after >= 0:
        error["retry_after"] = retry_after
    return error


def classify(thrown: BaseException, kind: Optional[str]) -> Optional[Classified]:
    """The code of an exception that is not of this package, or of one that it was raised from."""
    for error in _chain(thrown):
        if _is_dativo_error(error):
            return Classified(str(error.error_code), bool(error.retryable))  # type: ignore[attr-defined]
        found = _classify_one(error, kind)
        if found is not None:
            return found
    return None


def _chain(thrown: BaseException) -> Iterator[BaseException]:
    error: Optional[BaseException] = thrown
    for _ in range(_MAX_CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _is_dativo_error(thrown: BaseException) -> Any:
    # By its members: a plugin may have been given another copy of this package.
    if isinstance(thrown, DativoError):
        return True
    return any(base.__name__ == "DativoError" for base in type(thrown).__mro__) and hasattr(thrown, "error_code")


def _classify_one(error: BaseException, kind: Optional[str]) -> Optional[Classified]:
    status = _http_status(error)
    if status is not None:
        return _of_status(status, error)
    if isinstance(error, MemoryError):
        return Classified("PLUGIN_CRASHED")
    classes = {(base.__module__, base.__name__) for base in type(error).__mro__}
    if ("ssl", "SSLCertVerificationError") in classes:
        return Classified("CONNECTION_FAILED", False)
    if isinstance(error, (ConnectionError, TimeoutError)) or classes & _OF_SOCKETS:
        return Classified("CONNECTION_FAILED")
    for base in type(error).__mro__:
        if base.__module__.partition(".")[0] in _LIBRARIES and base.__name__ in _UNREACHABLE:
            return Classified("CONNECTION_FAILED")
    if isinstance(error, OSError) and error.errno is not None:
        return _of_system(error.errno, error.filename is not None, kind)
    return None


def _of_system(number: int, is_file: bool, kind: Optional[str]) -> Optional[Classified]:
    if number in _NETWORK:
        return Classified("CONNECTION_FAILED")
    if number in _FULL:
        return Classified("TARGET_FULL")
    if kind == "writer" and number in _FORBIDDEN:
        return Classified("TARGET_UNWRITABLE")
    if kind == "reader" and is_file and number in _FORBIDDEN | _MISSING:
        return Classified("SOURCE_UNREADABLE")
    return None


def _http_status(error: BaseException) -> Optional[int]:
    """The status of an error that requests, httpx, aiohttp, botocore or urllib raised for an answer."""
    if not any(base.__module__.partition(".")[0] in _LIBRARIES for base in type(error).__mro__):
        return None
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    else:
        status = getattr(response, "status_code", None)
    for name in ("code", "status"):
        status = status if isinstance(status, int) else getattr(error, name, None)
    return status if isinstance(status, int) and status >= 400 else None


def _of_status(status: int, error: BaseException) -> Classified:
    wait = _retry_after(error)
    if status == 429 or (status == 403 and wait is not None):
        return Classified("RATE_LIMIT_EXCEEDED", None, wait)
    if status in (401, 403):
        return Classified("AUTHENTICATION_FAILED")
    return Classified("TRANSIENT_ERROR", None, wait) if status in _PASSING_STATUS else Classified("HTTP_ERROR")


def _retry_after(error: BaseException) -> Optional[float]:
    headers = getattr(getattr(error, "response", None), "headers", None) or getattr(error, "headers", None)
    try:
        return max(0.0, float(headers["Retry-After"]))  # type: ignore[index]
    except Exception:
        return None  # no such header, or a date


def _describe(thrown: BaseException, found: Optional[Classified]) -> str:
    if isinstance(thrown, SystemExit):
        return f"it called sys.exit({thrown.code!r})."
    if isinstance(thrown, MemoryError):
        return f"it ran out of memory ({type(thrown).__name__})."
    try:
        message = str(getattr(thrown, "message", None) or thrown) if _is_dativo_error(thrown) else str(thrown)
    except Exception:
        message = "its exception has no text"
    if _is_dativo_error(thrown):
        return message
    name = type(thrown).__name__
    return f"{name}: {message}" if message else name


def _place(thrown: BaseException, root: str) -> Optional[str]:
    """The innermost line of the plugin's own code that a traceback goes through."""
    if isinstance(thrown, SyntaxError) and thrown.filename and thrown.lineno:
        return f"{thrown.filename}:{thrown.lineno}"
    if not root:
        return None
    base = os.path.join(root, "")
    for frame in reversed(traceback.extract_tb(thrown.__traceback__)):
        path = os.path.abspath(frame.filename)
        if path.startswith(base) and "site-packages" not in path and not path.startswith(OWN_FOLDER):
            return f"{path}:{frame.lineno}"
    return None


def _stack(thrown: BaseException) -> str:
    report = traceback.TracebackException.from_exception(thrown)
    _leave_out_host(report)
    lines: List[str] = "".join(report.format()).rstrip().split("\n")
    if len(lines) > _MAX_STACK_LINES:
        half = _MAX_STACK_LINES // 2
        lines = [*lines[:half], f"  … {len(lines) - 2 * half} lines …", *lines[-half:]]
    return "\n".join(lines)


def _leave_out_host(report: Optional[traceback.TracebackException]) -> None:
    seen = 0
    while report is not None and seen < _MAX_CAUSES:
        kept = [frame for frame in report.stack if not os.path.abspath(frame.filename).startswith(OWN_FOLDER)]
        kept = [frame for frame in kept if not frame.filename.startswith("<frozen importlib")]
        report.stack = traceback.StackSummary.from_list(kept)
        report = report.__cause__ or report.__context__
        seen += 1


def _json_safe(details: Dict[str, Any]) -> Dict[str, Any]:
    """Details that can travel, whatever a plugin put there."""
    try:
        return dict(json.loads(json.dumps(details, default=str, skipkeys=True)))
    except (ValueError, RecursionError):
        return {key: str(value) for key, value in details.items()}
