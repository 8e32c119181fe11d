"""A reader of people and teams that does everything by hand, so that each of its promises can be broken by one edit."""

import json
import logging
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from dativo_ingest import BaseReader, ConnectionTestResult, DiscoveryResult, Page
from dativo_ingest.exceptions import (
    AuthenticationError,
    DativoError,
    PluginError,
    RateLimitError,
    TransientError,
)

log = logging.getLogger("people")

OBJECTS = ["people", "teams"]
LIMIT = 4
MAX_ATTEMPTS = 5


class PeopleReader(BaseReader):
    __version__ = "1.2.3"
    incremental = True

    def __init__(self, source_config):
        super().__init__(source_config)
        self.api = Api(source_config.connection["base_url"], source_config.credentials["api_key"])

    def check_connection(self):
        self.api.get("/me")
        return ConnectionTestResult(success=True, message="The key is valid.")

    def discover(self):
        columns = [
            {"name": "id", "type": "integer"},
            {"name": "name", "type": "string"},
            {"name": "score", "type": "number"},
            {"name": "team", "type": "string"},
            {"name": "updated_at", "type": "timestamp_tz"},
        ]
        return DiscoveryResult(
            objects=[{"name": name, "type": "table", "columns": columns, "key": ["id"]} for name in OBJECTS]
        )

    def get_total_records_estimate(self):
        return self.api.get("/count")["total"]

    def extract(self, state_manager=None):
        for name in self.source_config.objects:
            if name not in OBJECTS:
                raise PluginError(f"There is no {name}.", error_code="OBJECT_NOT_FOUND")
            start = position_of(state_manager.get(name) if state_manager else None)
            position = start
            for page in self.api.pages(f"/{name}", start):
                records = [item for item in page if not was_delivered(item, start)]
                position = after(position, page)
                log.info("read %d records of %s", len(records), name)
                yield Page([record(item) for item in records], object=name, position=position)


def record(item):
    return item


def position_of(state):
    if state is None:
        return None
    if not isinstance(state, dict) or not isinstance(state.get("ids"), list):
        raise PluginError("The position is not one of this reader.", error_code="POSITION_INVALID")
    try:
        datetime.fromisoformat(str(state.get("since")).replace("Z", "+00:00"))
    except ValueError:
        raise PluginError("The position is not one of this reader.", error_code="POSITION_INVALID") from None
    return state


def was_delivered(item, start):
    return start is not None and item["updated_at"] == start["since"] and str(item["id"]) in start["ids"]


def after(before, page):
    """The instant up to which records were read, and which of that very instant."""
    position = before
    for item in page:
        at = item["updated_at"]
        if position is not None and at < position["since"]:
            raise PluginError(f"Records are out of order at {at}.")
        same = position["ids"] if position is not None and position["since"] == at else []
        position = {"since": at, "ids": list(dict.fromkeys([*same, str(item["id"])]))}
    return position


class Api:
    """A client of the API: pages, statuses and waits."""

    def __init__(self, base_url, key):
        self.base_url = base_url
        self.key = key

    def pages(self, path, start):
        query = {"limit": LIMIT}
        if start is not None:
            query["since"] = start["since"]
        seen = set()
        while True:
            body = self.get(f"{path}?{urlencode(query)}")
            items = body.get("data") if isinstance(body, dict) else None
            if not isinstance(items, list):
                raise PluginError("The API answered without a list of records.")
            yield items
            cursor = body.get("next")
            if cursor is None:
                return
            if cursor in seen:
                raise PluginError("The API gives the same page again and again.")
            seen.add(cursor)
            query["cursor"] = cursor

    def get(self, path):
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                return self.send(path)
            except DativoError as error:
                if not error.retryable or attempt == MAX_ATTEMPTS:
                    raise
                wait = getattr(error, "retry_after", None)
                wait = 0.1 * 2**attempt if wait is None else wait
                if wait > 60:
                    raise
                time.sleep(wait)

    def send(self, path):
        request = Request(self.base_url + path, headers={"Authorization": f"Bearer {self.key}"})
        try:
            with urlopen(request, timeout=30) as response:
                text = response.read().decode("utf-8")
        except HTTPError as error:
            raise failure(error) from None
        except (HTTPException, OSError) as error:
            raise TransientError(f"The API cannot be reached: {type(error).__name__}.") from None
        try:
            return json.loads(text)
        except ValueError:
            raise PluginError("The API answered something that is not JSON.") from None


def failure(error):
    status = error.code
    if status in (401, 403):
        return AuthenticationError(f"The API answered {status}.")
    if status == 429:
        return RateLimitError("The API asks to wait.", retry_after=wait_of(error))
    if status >= 500:
        return TransientError(f"The API answered {status}.", retry_after=wait_of(error))
    return PluginError(f"The API answered {status}.")


def wait_of(error):
    header = error.headers.get("Retry-After")
    if header is None:
        return None
    if header.isdigit():
        return int(header)
    return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
