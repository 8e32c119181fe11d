"""How the API is signed in to."""

from collections.abc import Callable
from typing import Any

from dativo_ingest.exceptions import ConfigurationError


def sign_in(base_url: str, credentials: dict[str, Any]) -> Callable[[], dict[str, str]]:
    """Headers of every request: the token as `Authorization: Bearer …`."""
    token = credentials.get("token")
    if not token:
        raise ConfigurationError("target.credentials.token is missing.")
    return lambda: {"Authorization": f"Bearer {token}"}
