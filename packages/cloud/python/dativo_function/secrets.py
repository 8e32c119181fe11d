"""Values that the function reads from the provider's secret store."""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.request
from typing import Any, Dict

from dativo_ingest.exceptions import ConfigurationError

from .aws_signature import signed_headers
from .google_token import google_token

_TIMEOUT_SECONDS = 20

_fetched: Dict[str, str] = {}
"""Texts of secrets that were fetched; what a reference names never changes."""


def secret_value(reference: str) -> str:
    """The value that a reference names: the store's name of a secret, and behind a `#` the member of its JSON object."""
    name, has_key, key = reference.partition("#")
    if name not in _fetched:
        _fetched[name] = _fetch(name)
    if not has_key:
        return _fetched[name]
    try:
        members = json.loads(_fetched[name])
        value = members[key]
    except (ValueError, TypeError):
        raise _not_found(name, "it does not hold a JSON object") from None
    except KeyError:
        raise _not_found(name, f'it has no member "{key}"') from None
    return value if isinstance(value, str) else json.dumps(value)


def _fetch(name: str) -> str:
    try:
        if name.startswith("arn:"):
            return _from_aws(name)
        if name.startswith("projects/"):
            return _from_gcp(name)
    except urllib.error.HTTPError as error:
        raise _not_found(name, _problem(error), retryable=error.code >= 500) from None
    except OSError as error:
        raise _not_found(name, str(error), retryable=True) from error
    raise _not_found(name, "it is neither the ARN of a secret nor the name of a version of one")


def _from_aws(arn: str) -> str:
    env = os.environ
    region = arn.split(":")[3] or env.get("AWS_REGION", "us-east-1")
    endpoint = (
        env.get("AWS_ENDPOINT_URL_SECRETS_MANAGER")
        or env.get("AWS_ENDPOINT_URL")
        or f"https://secretsmanager.{region}.amazonaws.com"
    )
    url = endpoint.rstrip("/") + "/"
    body = json.dumps({"SecretId": arn}).encode()
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "secretsmanager.GetSecretValue",
    }
    signed = signed_headers("POST", url, body, headers, region, "secretsmanager")
    answer = _answer(urllib.request.Request(url, body, signed))
    return str(answer["SecretString"])


def _from_gcp(version: str) -> str:
    endpoint = os.environ.get("DATIVO_GCP_ENDPOINT") or "https://secretmanager.googleapis.com"
    answer = _answer(
        urllib.request.Request(
            f"{endpoint.rstrip('/')}/v1/{version}:access", headers={"Authorization": f"Bearer {google_token()}"}
        )
    )
    return base64.b64decode(answer["payload"]["data"]).decode()


def _answer(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
        return json.loads(response.read())


def _problem(error: urllib.error.HTTPError) -> str:
    try:
        answer = json.loads(error.read())
    except ValueError:
        return f"status {error.code}"
    said = answer.get("error") or answer
    return f"{said.get('__type') or said.get('status') or error.code} {said.get('message', '')}".strip()


def _not_found(name: str, problem: str, retryable: bool = False) -> ConfigurationError:
    error = ConfigurationError(
        f"The secret {name} cannot be read inside the function: {problem}.",
        "SECRET_NOT_FOUND",
        {"secret": name},
        retryable,
    )
    error.hint = "See that it exists, and that the role or service account of the function may read it."
    return error
