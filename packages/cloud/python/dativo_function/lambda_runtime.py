"""The runtime of Python functions on Lambda: unlike Lambda's own, it answers while the plugin works."""

from __future__ import annotations

import base64
import http.client
import json
import os
import sys
import time
import traceback
from typing import Any, Callable

from .invocation import Invocation
from .output import Output
from .package import Package

_PATH = "/2018-06-01/runtime"


def main() -> None:
    """Takes one invocation after the other, until the process is ended."""
    api = os.environ["AWS_LAMBDA_RUNTIME_API"]
    # Lambda's own log of the function; the plugin's records travel in the response.
    log = sys.stderr
    try:
        package = Package(os.environ["LAMBDA_TASK_ROOT"])
        output = Output()
    except Exception as thrown:
        _post(api, f"{_PATH}/init/error", thrown)
        traceback.print_exc(file=log)
        sys.exit(1)
    connection = http.client.HTTPConnection(api)
    while True:
        connection.request("GET", f"{_PATH}/invocation/next")
        response = connection.getresponse()
        event = response.read()
        request_id = response.getheader("Lambda-Runtime-Aws-Request-Id") or ""
        deadline = float(response.getheader("Lambda-Runtime-Deadline-Ms") or 0)
        trace = response.getheader("Lambda-Runtime-Trace-Id")
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        invocation = Invocation(package, output, _until(deadline))
        path = f"{_PATH}/invocation/{request_id}"
        try:
            asked = json.loads(event)
            request = base64.b64decode(asked["frames"])
        except (ValueError, KeyError, TypeError) as thrown:
            # An event of somebody else, such as a test in the console: it is no reason to end.
            _post(api, f"{path}/error", thrown)
            continue
        if asked.get("buffered"):
            _answer_at_once(api, path, invocation, request, log)
        else:
            _answer(api, f"{path}/response", invocation, request, log)


def _until(deadline: float) -> Callable[[], float]:
    return lambda: deadline - time.time() * 1000


def _answer(api: str, path: str, invocation: Invocation, request: bytes, log: Any) -> None:
    """Streams the response of one invocation; what goes wrong in here itself follows it as trailers."""
    connection = http.client.HTTPConnection(api)
    connection.putrequest("POST", path)
    connection.putheader("Content-Type", "application/octet-stream")
    connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.putheader("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")
    connection.endheaders()
    trailers = b""
    try:
        for part in invocation.answers(request):
            if part:
                connection.send(b"%x\r\n%s\r\n" % (len(part), part))
    except Exception as thrown:
        traceback.print_exc(file=log)
        body = base64.b64encode(json.dumps(_said(thrown)).encode())
        trailers = b"Lambda-Runtime-Function-Error-Type: %s\r\nLambda-Runtime-Function-Error-Body: %s\r\n" % (
            type(thrown).__name__.encode(),
            body,
        )
    connection.send(b"0\r\n%s\r\n" % trailers)
    connection.getresponse().read()
    connection.close()


def _answer_at_once(api: str, path: str, invocation: Invocation, request: bytes, log: Any) -> None:
    """Answers one invocation with the whole of its response, as JSON, where responses are not streamed."""
    try:
        frames = b"".join(invocation.answers(request))
    except Exception as thrown:
        traceback.print_exc(file=log)
        _post(api, f"{path}/error", thrown)
        return
    connection = http.client.HTTPConnection(api)
    body = json.dumps(base64.b64encode(frames).decode())
    connection.request("POST", f"{path}/response", body, {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()


def _post(api: str, path: str, thrown: BaseException) -> None:
    connection = http.client.HTTPConnection(api)
    headers = {"Lambda-Runtime-Function-Error-Type": f"Runtime.{type(thrown).__name__}"}
    connection.request("POST", path, json.dumps(_said(thrown)), headers)
    connection.getresponse().read()
    connection.close()


def _said(thrown: BaseException) -> Any:
    return {
        "errorType": type(thrown).__name__,
        "errorMessage": str(thrown),
        "stackTrace": traceback.format_exception(type(thrown), thrown, thrown.__traceback__),
    }


if __name__ == "__main__":
    main()
