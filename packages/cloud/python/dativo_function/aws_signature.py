"""Signs requests to AWS (Signature Version 4) with the credentials in the environment."""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import datetime, timezone
from typing import Dict
from urllib.parse import urlsplit


def signed_headers(
    method: str, url: str, body: bytes, headers: Dict[str, str], region: str, service: str
) -> Dict[str, str]:
    """The headers of a request without a query, with its signature."""
    env = os.environ
    now = datetime.now(timezone.utc)
    time, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    address = urlsplit(url)
    digest = hashlib.sha256(body).hexdigest()
    signed = {**headers, "host": address.netloc, "x-amz-date": time}
    if service == "s3":
        signed["x-amz-content-sha256"] = digest
    if env.get("AWS_SESSION_TOKEN"):
        signed["x-amz-security-token"] = env["AWS_SESSION_TOKEN"]
    names = sorted(signed)
    listed = ";".join(names)
    lines = "".join(f"{name}:{signed[name].strip()}\n" for name in names)
    request = f"{method}\n{address.path or '/'}\n\n{lines}\n{listed}\n{digest}"
    scope = f"{day}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{env.get('AWS_SECRET_ACCESS_KEY', '')}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    who = f"{env.get('AWS_ACCESS_KEY_ID', '')}/{scope}"
    return {
        **signed,
        "authorization": f"AWS4-HMAC-SHA256 Credential={who}, SignedHeaders={listed}, Signature={signature}",
    }
