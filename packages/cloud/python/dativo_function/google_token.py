"""The token of the function's own service account."""

from __future__ import annotations

import json
import os
import urllib.request


def google_token() -> str:
    """A token that the metadata server inside Google's network hands out to whoever asks from there."""
    host = os.environ.get("GCE_METADATA_HOST") or "metadata.google.internal"
    request = urllib.request.Request(
        f"http://{host}/computeMetadata/v1/instance/service-accounts/default/token",
        headers={"Metadata-Flavor": "Google"},
    )
    with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
        return str(json.loads(response.read())["access_token"])
