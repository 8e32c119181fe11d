"""How the API is signed in to."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from dativo_ingest.exceptions import ConfigurationError

MARGIN_SECONDS = 60
"""A token is renewed so many seconds before it expires."""


def sign_in(base_url: str, credentials: dict[str, Any]) -> Callable[[], dict[str, str]]:
    """Headers of every request: a token of the client credentials grant, renewed before it expires."""
    # Imported late: the client does not depend on how it is signed in to.
    from acme_py_writer.client import request_json

    for key in ("client_id", "client_secret"):
        if not credentials.get(key):
            raise ConfigurationError(f"target.credentials.{key} is missing.")
    grant = {
        "grant_type": "client_credentials",
        "client_id": credentials["client_id"],
        "client_secret": credentials["client_secret"],
    }
    token, renew_at = "", 0.0

    def headers() -> dict[str, str]:
        nonlocal token, renew_at
        if time.time() >= renew_at:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            address = f"{base_url.rstrip('/')}/oauth/token"
            answer = request_json(address, lambda: form, urlencode(grant).encode())
            token = answer["access_token"]
            renew_at = time.time() + float(answer.get("expires_in", 3600)) - MARGIN_SECONDS
        return {"Authorization": f"Bearer {token}"}

    return headers
