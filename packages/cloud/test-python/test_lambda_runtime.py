from __future__ import annotations

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import List, Tuple

import pytest

from dativo_function import lambda_runtime


class RuntimeApi(BaseHTTPRequestHandler):
    """Gives out one event that is none of Dativo's, and hangs up when it is asked for a second one."""

    said: List[Tuple[str, str]] = []
    events = [b'{"key1": "value1"}']

    def do_GET(self) -> None:
        if not self.events:
            self.close_connection = True
            return
        event = self.events.pop()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "r-1")
        self.send_header("Lambda-Runtime-Deadline-Ms", "0")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.said.append((self.path, json.loads(body)["errorType"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_an_event_of_somebody_else_is_refused_and_the_next_one_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dativo.json").write_text('{"version": 1, "plugins": [], "project": "project"}')
    server = HTTPServer(("127.0.0.1", 0), RuntimeApi)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", f"127.0.0.1:{server.server_port}")
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
    with pytest.raises(http.client.RemoteDisconnected):
        lambda_runtime.main()
    server.shutdown()
    assert RuntimeApi.said == [("/2018-06-01/runtime/invocation/r-1/error", "KeyError")]
