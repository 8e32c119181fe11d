"""The API, as the writer uses it."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, Optional
from urllib.parse import urlencode

from dativo_ingest.exceptions import (
    AuthenticationError,
    ConnectionError,
    PluginError,
    RateLimitError,
    TransientError,
)

ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 120
TIMEOUT_SECONDS = 60

Headers = dict[str, str]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Credentials go to the address that the job names, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


class ApiClient:
    """Stages batches, publishes and forgets them; tries again what may pass, since all of it may be repeated."""

    def __init__(self, base_url: str, headers: Callable[[], Headers]) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = headers

    def version(self) -> str:
        """Version of the API."""
        return str(self._send("GET", "/version", {})["version"])

    def stage(self, name: str, run_id: str, records: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
        """Keeps a batch where nobody sees it. Gives its receipt, and the records that the API refused."""
        # The run is part of the receipt, so that what a crashed run left can be found.
        receipt = f"{run_id}/{uuid.uuid4().hex}"
        answer = self._send("PUT", "/staged", {"object": name, "receipt": receipt}, _exact(records))
        return receipt, answer.get("rejected", [])

    def publish(self, name: str, publication: dict[str, Any]) -> None:
        """Makes staged batches visible."""
        self._send("POST", "/published", {"object": name}, publication)

    def discard(self, name: str, receipt: str) -> None:
        """Forgets a staged batch; a receipt that ends in `/` stands for all below it."""
        self._send("DELETE", "/staged", {"object": name, "receipt": receipt})

    def _send(self, method: str, path: str, query: dict[str, str], value: Any = None) -> Any:
        body = None if value is None else json.dumps(value).encode()
        headers = {"Content-Type": "application/json"}
        address = f"{self._base_url}{path}?{urlencode(query)}"
        return request_json(address, lambda: {**headers, **self._headers()}, body, method)


def request_json(url: str, headers: Callable[[], Headers], body: Optional[bytes] = None, method: Optional[str] = None) -> Any:
    """Requests JSON: waits as the API asks to, tries again what may pass, raises errors with codes."""
    where = url.split("?")[0]
    for attempt in range(1, ATTEMPTS + 1):
        request = urllib.request.Request(url, body, {"Accept": "application/json", **headers()}, method=method)
        try:
            with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as answered:
            wait = _retry_after(answered.headers.get("Retry-After"))
            error = _error_of(answered.code, where, wait)
            if not error.retryable or attempt == ATTEMPTS or (wait or 0) > LONGEST_WAIT_SECONDS:
                raise error from None
            time.sleep(wait if wait is not None else 0.5 * 2 ** (attempt - 1))
        except json.JSONDecodeError:
            raise PluginError(f"{where} did not answer with JSON.", "HTTP_ERROR") from None
        except OSError as problem:
            if attempt == ATTEMPTS:
                raise ConnectionError(f"{where} could not be reached: {problem}") from problem
            time.sleep(0.5 * 2 ** (attempt - 1))
    raise AssertionError("every attempt returns or raises")


def _exact(value: Any) -> Any:
    """Integers beyond 2^53 as text, since many readers of JSON would round them."""
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


def _error_of(status: int, where: str, wait: Optional[float]) -> Any:
    message = f"{where} answered with status {status}."
    if status in (401, 403):
        return AuthenticationError(message)
    if status == 429:
        return RateLimitError(message, retry_after=wait)
    if status in (408, 425) or status >= 500:
        return TransientError(message, retry_after=wait)
    return PluginError(message, "HTTP_ERROR")


def _retry_after(value: Optional[str]) -> Optional[float]:
    """Seconds to wait, whether the API gives a number or a date."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
