from __future__ import annotations

import errno
import io
import socket
import ssl
import urllib.error
from email.message import Message
from pathlib import Path
from typing import Any, Optional

import pytest
from conftest import fixture_lines

from dativo_ingest import exceptions
from dativo_ingest.host.contract_tables import CATALOGUE
from dativo_ingest.host.faults import classify, fault


def http_error(status: int, wait: Optional[str] = None) -> urllib.error.HTTPError:
    headers = Message()
    if wait is not None:
        headers["Retry-After"] = wait
    return urllib.error.HTTPError("http://x", status, "reason", headers, io.BytesIO())


@pytest.mark.parametrize(
    ("thrown", "kind", "code", "retryable"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "no"), None, "CONNECTION_FAILED", True),
        (socket.timeout("timed out"), None, "CONNECTION_FAILED", True),
        (TimeoutError(), None, "CONNECTION_FAILED", True),
        (socket.gaierror(-2, "unknown"), None, "CONNECTION_FAILED", True),
        (ssl.SSLCertVerificationError("expired"), None, "CONNECTION_FAILED", False),
        (urllib.error.URLError("no"), None, "CONNECTION_FAILED", True),
        (OSError(errno.ENETUNREACH, "no"), None, "CONNECTION_FAILED", True),
        (OSError(errno.ENOSPC, "full"), "writer", "TARGET_FULL", True),
        (PermissionError(errno.EACCES, "no", "/x"), "writer", "TARGET_UNWRITABLE", False),
        (FileNotFoundError(errno.ENOENT, "no", "/x"), "reader", "SOURCE_UNREADABLE", False),
        (FileNotFoundError(errno.ENOENT, "no", "/x"), "writer", "PLUGIN_ERROR", False),
        (http_error(401), None, "AUTHENTICATION_FAILED", False),
        (http_error(403), None, "AUTHENTICATION_FAILED", False),
        (http_error(403, "5"), None, "RATE_LIMIT_EXCEEDED", True),
        (http_error(429, "7"), None, "RATE_LIMIT_EXCEEDED", True),
        (http_error(503), None, "TRANSIENT_ERROR", True),
        (http_error(404), None, "HTTP_ERROR", False),
        (MemoryError(), None, "PLUGIN_CRASHED", False),
        (ValueError("x"), None, "PLUGIN_ERROR", False),
        (SystemExit(3), None, "PLUGIN_ERROR", False),
        (exceptions.ConnectionError("x"), None, "CONNECTION_FAILED", True),
        (exceptions.ConnectionError("x", retryable=False), None, "CONNECTION_FAILED", False),
        (exceptions.ConfigurationError("x"), None, "CONFIGURATION_ERROR", False),
        (exceptions.DativoError("x", "MY_OWN"), None, "MY_OWN", False),
    ],
)
def test_the_code_and_whether_trying_again_may_help(thrown: Any, kind: Any, code: str, retryable: bool) -> None:
    error = fault(thrown, "shop", "extract", kind, "")
    assert (error["error_code"], error["retryable"]) == (code, retryable)
    assert error["message"].startswith('Plugin "shop" failed in extract: ')
    assert error["details"]["plugin"] == "shop"
    assert error["details"]["call"] == "extract"


def test_how_long_to_wait_is_kept() -> None:
    assert fault(http_error(429, "7"), "p", "c", None, "")["retry_after"] == 7
    limited = exceptions.RateLimitError("slow down", retry_after=3)
    assert fault(limited, "p", "c", None, "")["retry_after"] == 3


def test_requests_and_httpx() -> None:
    requests = pytest.importorskip("requests")
    httpx = pytest.importorskip("httpx")
    response = requests.Response()
    response.status_code, response.headers["Retry-After"] = 429, "9"
    found = classify(requests.HTTPError(response=response), None)
    assert found is not None
    assert (found.code, found.retry_after) == ("RATE_LIMIT_EXCEEDED", 9)
    for thrown in (
        requests.ConnectTimeout("t"),
        requests.ConnectionError("c"),
        httpx.ReadTimeout("t"),
        httpx.ConnectError("c"),
    ):
        found = classify(thrown, None)
        assert found is not None
        assert found.code == "CONNECTION_FAILED"
    answer = httpx.Response(401, request=httpx.Request("GET", "http://x"))
    with pytest.raises(httpx.HTTPStatusError) as caught:
        answer.raise_for_status()
    found = classify(caught.value, None)
    assert found is not None
    assert found.code == "AUTHENTICATION_FAILED"


def test_what_an_error_was_raised_from_tells_its_code() -> None:
    # The guide's own error handling: a plain exception raised while a ConnectionError is handled.
    try:
        try:
            raise ConnectionResetError("reset")
        except ConnectionError as e:
            raise RuntimeError(f"Connection failed: {e}")  # noqa: B904
    except RuntimeError as thrown:
        error = fault(thrown, "shop", "extract", None, "")
    assert (error["error_code"], error["retryable"]) == ("CONNECTION_FAILED", True)
    assert "RuntimeError: Connection failed: reset" in error["message"]
    assert "ConnectionResetError" in error["details"]["stack"]


def test_the_place_and_the_traceback_are_the_plugins(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin.py"
    plugin.write_text("def work():\n    return 1 / 0\n")
    module: Any = {}
    exec(compile(plugin.read_text(), str(plugin), "exec"), module)
    with pytest.raises(ZeroDivisionError) as caught:
        module["work"]()
    error = fault(caught.value, "shop", "extract", None, str(tmp_path))
    assert error["message"].endswith(f"ZeroDivisionError: division by zero ({plugin}:2)")
    assert error["details"]["at"] == f"{plugin}:2"
    assert "return 1 / 0" in error["details"]["stack"]


def test_details_that_cannot_travel_do_not_hide_the_error() -> None:
    loop: Any = {}
    loop["self"] = loop
    error = fault(exceptions.PluginError("x", details={"loop": loop, "set": {1}}), "p", "c", None, "")
    assert error["error_code"] == "PLUGIN_ERROR"


def test_the_classes_of_the_package_have_the_codes_of_the_catalogue() -> None:
    for name in dir(exceptions):
        found = getattr(exceptions, name)
        if (
            isinstance(found, type)
            and issubclass(found, exceptions.DativoError)
            and found is not exceptions.DativoError
        ):
            error = found("x")
            assert CATALOGUE[error.error_code].error_type == name
            assert CATALOGUE[error.error_code].retryable == error.retryable
            assert error.to_dict()["error_type"] == name
    assert exceptions.DativoError("x").error_code == "DATIVOERROR"
    assert exceptions.wrap_exception(ValueError("v")).details["original_error"] == "ValueError"
    assert exceptions.get_error_code(ValueError()) == "UNKNOWN_ERROR"
    assert not exceptions.is_retryable_error(ValueError())
    assert {line["error_code"] for line in fixture_lines("errors")} - set(CATALOGUE) == {"MY_OWN_CODE"}
