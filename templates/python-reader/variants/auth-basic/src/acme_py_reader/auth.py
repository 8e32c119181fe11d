"""How the API is signed in to."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from dativo_ingest.exceptions import ConfigurationError


def sign_in(base_url: str, credentials: dict[str, Any]) -> Callable[[], dict[str, str]]:
    """Headers of every request: user name and password as `Authorization: Basic …`."""
    for key in ("username", "password"):
        if not credentials.get(key):
            raise ConfigurationError(f"source.credentials.{key} is missing.")
    pair = b64encode(f"{credentials['username']}:{credentials['password']}".encode()).decode()
    return lambda: {"Authorization": f"Basic {pair}"}
