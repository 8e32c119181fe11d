"""Where batches are put that a request or a response has no room for: S3 or Google Cloud Storage."""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.request
from typing import Any, Dict
from urllib.parse import quote

from dativo_ingest.exceptions import ConnectionError, DativoError

from .aws_signature import signed_headers
from .google_token import google_token

_TIMEOUT_SECONDS = 120


def put_object(address: str, data: Any) -> None:
    """Puts bytes at an address such as `s3://bucket/key`."""
    _ask(address, bytes(data))


def get_object(address: str) -> bytes:
    """The bytes at an address."""
    return _ask(address, None)


def _ask(address: str, data: Any) -> bytes:
    match = re.fullmatch(r"(s3|gs)://([^/]+)/(.+)", address, re.S)
    if match is None:
        raise _unusable(address, "it is neither s3://bucket/key nor gs://bucket/key", False)
    scheme, bucket, key = match.groups()
    request = _s3_request(bucket, key, data) if scheme == "s3" else _gcs_request(bucket, key, data)
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        said = error.read()[:300].decode("utf-8", "replace")
        raise _unusable(address, f"status {error.code} {said}", error.code >= 500 or error.code == 429) from None
    except OSError as error:
        raise _unusable(address, str(error), True) from error


def _s3_request(bucket: str, key: str, data: Any) -> urllib.request.Request:
    region = os.environ.get("AWS_REGION", "us-east-1")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    path = quote(key, safe="/~")
    # Certificates of the stores hold for no name with further dots.
    if endpoint or "." in bucket:
        url = f"{(endpoint or f'https://s3.{region}.amazonaws.com').rstrip('/')}/{bucket}/{path}"
    else:
        url = f"https://{bucket}.s3.{region}.amazonaws.com/{path}"
    method = "GET" if data is None else "PUT"
    headers = signed_headers(method, url, data or b"", {}, region, "s3")
    return urllib.request.Request(url, data, headers, method=method)


def _gcs_request(bucket: str, key: str, data: Any) -> urllib.request.Request:
    endpoint = (os.environ.get("DATIVO_GCP_ENDPOINT") or "https://storage.googleapis.com").rstrip("/")
    name = quote(key, safe="")
    headers: Dict[str, str] = {"Authorization": f"Bearer {google_token()}"}
    if data is None:
        return urllib.request.Request(f"{endpoint}/storage/v1/b/{bucket}/o/{name}?alt=media", headers=headers)
    url = f"{endpoint}/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}"
    headers["Content-Type"] = "application/octet-stream"
    return urllib.request.Request(url, data, headers, method="POST")


def _unusable(address: str, problem: str, passes: bool) -> DativoError:
    code = "CONNECTION_FAILED" if passes else "TARGET_UNWRITABLE"
    error = ConnectionError(f"{address} cannot be used: {problem}", code, {"address": address}, passes)
    error.hint = "See that the bucket of cloud_execution.staging exists, and that the function's role may use it."
    return error
