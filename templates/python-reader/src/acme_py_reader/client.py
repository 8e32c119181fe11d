"""The API, as the reader uses it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
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
    """Asks for pages, and tries again what may pass."""

    def __init__(self, base_url: str, headers: Callable[[], Headers], page_size: int = 100) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = headers
        self._page_size = page_size

    def version(self) -> str:
        """Version of the API."""
        return str(self._get("/version", {})["version"])

    def pages(self, path: str, since: Optional[str]) -> Iterator[list[dict[str, Any]]]:
        """The records of a list, oldest change first; from `since` on when it is given."""
        cursor = None
        while True:
            page = self._get(path, {"since": since, "limit": self._page_size, "cursor": cursor})
            yield page["data"]
            following = page.get("next_cursor")
            if following is None:
                return
            if following == cursor:
                raise PluginError(f"{path} gives the same page again and again.", "PAGE_REPEATED")
            cursor = following

    def _get(self, path: str, query: dict[str, Any]) -> Any:
        known = {name: value for name, value in query.items() if value is not None}
        return request_json(f"{self._base_url}{path}?{urlencode(known)}", self._headers)


def request_json(url: str, headers: Callable[[], Headers], body: Optional[bytes] = None) -> Any:
    """Requests JSON: waits as the API asks to, tries again what may pass, raises errors with codes."""
    where = url.split("?")[0]
    for attempt in range(1, ATTEMPTS + 1):
        request = urllib.request.Request(url, data=body, headers={"Accept": "application/json", **headers()})
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
            raise PluginError(f"{where} did not answer with JSON.", "SOURCE_UNREADABLE") from None
        except OSError as problem:
            if attempt == ATTEMPTS:
                raise ConnectionError(f"{where} could not be reached: {problem}") from problem
            time.sleep(0.5 * 2 ** (attempt - 1))
    raise AssertionError("every attempt returns or raises")


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
