"""How the API is signed in to."""

from collections.abc import Callable
from typing import Any

from dativo_ingest.exceptions import ConfigurationError


def sign_in(base_url: str, credentials: dict[str, Any]) -> Callable[[], dict[str, str]]:
    """Headers of every request: the key as `X-Api-Key`."""
    api_key = credentials.get("api_key")
    if not api_key:
        raise ConfigurationError("source.credentials.api_key is missing.")
    return lambda: {"X-Api-Key": api_key}
