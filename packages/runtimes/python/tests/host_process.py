"""A plugin's process, with the test as its host."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

from dativo_ingest.contract import CONTRACT_VERSION, FRAME_PROTOCOL_VERSION
from dativo_ingest.host.frames import Frame, encode_frame, read_frame

SCRIPT = Path(__file__).resolve().parents[1] / "python" / "dativo_host.py"
CONFIG: Dict[str, Any] = {"type": "custom", "connection": {}, "credentials": {}, "objects": [], "engine": {}}


class HostProcess:
    """Starts `dativo_host.py` with a socket as file descriptor 3, as the runtime does."""

    def __init__(
        self, root: Path, memory_mb: int = 0, python: str = sys.executable, env: Optional[Dict[str, str]] = None
    ) -> None:
        self.root = root
        self._socket, theirs = socket.socketpair()
        descriptor = theirs.fileno()
        arguments = [str(CONTRACT_VERSION), str(FRAME_PROTOCOL_VERSION), str(memory_mb)]

        def give() -> None:
            os.dup2(descriptor, 3)
            os.set_inheritable(3, True)

        self.process = subprocess.Popen(
            [python, str(SCRIPT), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            close_fds=False,
            preexec_fn=give,
            start_new_session=True,
            env={**os.environ, **(env or {})},
        )
        theirs.close()
        self._socket.settimeout(60)
        self.logs: List[Dict[str, Any]] = []
        self._next = 1

    def send(self, name: str, header: Dict[str, Any], payload: bytes = b"") -> None:
        self._socket.sendall(b"".join(bytes(part) for part in encode_frame(name, header, payload)))

    def frame(self) -> Optional[Frame]:
        """The next frame that is no log record."""
        while True:
            found = read_frame(self._read)
            if found is None or found.name != "log":
                return found
            self.logs.append(found.header)

    def call(self, operation: str, batch: Optional[bytes] = None, **params: Any) -> Any:
        """What a call answers; the serialised error as an exception."""
        number = self.begin(operation, **params)
        if batch is not None:
            self.send("batch", {"id": number, "sequence": 0, "object": "", "form": "json"}, batch)
        answer = self.frame()
        if answer is None:
            raise EOFError(operation)
        if answer.name == "error":
            raise Refused(answer.header["error"])
        assert answer.name == "result", answer
        assert answer.header["id"] == number
        return answer.header["value"]

    def begin(self, operation: str, **params: Any) -> int:
        """Sends a call and gives its number."""
        number, self._next = self._next, self._next + 1
        self.send("call", {"id": number, "operation": operation, "params": params})
        return number

    def load(self, reference: str) -> Any:
        """Greets, and loads a plugin."""
        hello = self.frame()
        assert hello is not None
        if hello.name == "error":
            raise Refused(hello.header["error"])
        assert hello.name == "hello"
        return self.call("load", reference=reference, project_root=str(self.root), search_paths=[])

    def open_reader(self, reference: str, **config: Any) -> int:
        """Loads and opens a reader."""
        self.load(reference)
        number = self._next
        self.call("open_reader", config={**CONFIG, **config}, default_object="items")
        return number

    def open_writer(self, reference: str, schema: Optional[Any] = None, **config: Any) -> int:
        """Loads and opens a writer."""
        self.load(reference)
        number = self._next
        asset = {"name": "items", "version": "1.0", **({} if schema is None else {"schema": schema})}
        target = {"type": "custom", "connection": {}, "credentials": {}, "engine": {}, **config}
        run = {"id": "run-1", "job": "items"}
        self.call(
            "open_writer",
            config=target,
            asset=asset,
            object="items",
            mode="append",
            output_base=str(self.root),
            run=run,
        )
        return number

    def extract(self, instance: int, **request: Any) -> Iterator[Frame]:
        """The frames of an extraction, its end included."""
        number = self.begin("extract", instance=instance, **{"objects": [], "state": {}, **request})
        self.send("credit", {"id": number, "batches": 1000})
        while True:
            frame = self.frame()
            if frame is None:
                raise EOFError("extract")
            if frame.name == "error":
                raise Refused(frame.header["error"])
            yield frame
            if frame.name == "end":
                return

    def rows(self, instance: int, **request: Any) -> List[Any]:
        """All rows of an extraction that yields row JSON."""
        frames = [frame for frame in self.extract(instance, **request) if frame.name == "batch"]
        return [row for frame in frames for row in json.loads(bytes(frame.payload))]

    def end(self) -> subprocess.CompletedProcess[bytes]:
        """Closes the host's side and waits for the process."""
        self._socket.close()
        out, err = self.process.communicate(timeout=60)
        return subprocess.CompletedProcess([], self.process.returncode, out, err)

    def kill(self) -> None:
        try:
            os.killpg(self.process.pid, 9)
        except ProcessLookupError:
            pass
        self.process.communicate()

    def _read(self, size: int) -> Optional[memoryview]:
        found = bytearray()
        while len(found) < size:
            chunk = self._socket.recv(min(size - len(found), 1 << 20))
            if not chunk:
                if not found:
                    return None
                raise EOFError
            found += chunk
        return memoryview(found)


class Refused(Exception):
    """An error frame."""

    def __init__(self, error: Dict[str, Any]) -> None:
        super().__init__(error)
        self.code: str = error["error_code"]
        self.message: str = error["message"]
        self.error = error
