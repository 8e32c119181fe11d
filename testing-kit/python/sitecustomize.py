"""What `dativo-test` watches a Python plugin with: Python imports it when a process starts.

It says over a socket what the plugin prints, which hosts it connects to and what it changes, and answers what state the
process is in. Connections that leave this machine are refused.
"""

import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _import_shadowed():
    """Imports the module of this name that would have been imported without this one."""
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None and spec.origin != __file__:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _watch(port):
    import gc
    import json
    import locale
    import signal
    import socket
    import threading

    channel = socket.create_connection(("127.0.0.1", port))
    sending = threading.Lock()
    local = {"127.0.0.1", "::1", "localhost", "", None}

    def send(message):
        with sending:
            channel.sendall(json.dumps(message).encode() + b"\n")

    def watch(event, arguments):
        if event == "socket.connect":
            address = arguments[1]
            if isinstance(address, tuple) and address[0] not in local:
                send({"event": "connect %s:%s" % address[:2]})
                raise ConnectionRefusedError("The testing kit allows no connection to %s." % address[0])
        elif event == "socket.getaddrinfo" and arguments[0] not in local:
            send({"event": "connect %s:%s" % arguments[:2]})
            raise socket.gaierror(socket.EAI_NONAME, "The testing kit allows no connection to %s." % arguments[0])

    class Printed:
        """A stream that tells of what is written to it."""

        def __init__(self, name, stream):
            self._name = name
            self._stream = stream

        def write(self, text):
            if text.strip():
                send({"event": "print %s: %s" % (self._name, text.strip()[:120])})
            return self._stream.write(text)

        def __getattr__(self, name):
            return getattr(self._stream, name)

    def settings():
        found = {
            "the locale": locale.setlocale(locale.LC_ALL),
            "the time limit of all sockets": str(socket.getdefaulttimeout()),
            "the limit of recursion": str(sys.getrecursionlimit()),
            "sys.stdout": str(id(sys.stdout)),
            "sys.excepthook": str(id(sys.excepthook)),
            "json.JSONEncoder.default": str(id(json.JSONEncoder.default)),
            "socket.socket": str(id(socket.socket)),
        }
        ssl = sys.modules.get("ssl")
        if ssl is not None:
            # What switches the verification of certificates off for everybody.
            verified = ssl._create_default_https_context is ssl.create_default_context
            found["the verification of certificates"] = str(verified)
        else:
            found["the verification of certificates"] = "True"
        for name in ("SIGTERM", "SIGALRM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                found["the handler of " + name] = str(signal.getsignal(number))
        return found

    def threads():
        own = threading.current_thread()
        return [
            thread.name
            for thread in threading.enumerate()
            if thread is not own and not thread.name.startswith("dativo-")
        ]

    def state():
        return {
            "pid": os.getpid(),
            "folder": os.getcwd(),
            "variables": dict(os.environ),
            "settings": settings(),
            "threads": threads(),
            "blocks": sys.getallocatedblocks(),
        }

    def answer():
        for _line in channel.makefile("r"):
            gc.collect()
            send({"state": state()})

    sys.stdout = Printed("stdout", sys.stdout)
    sys.stderr = Printed("stderr", sys.stderr)
    # What the plugin changes when it is imported counts as well.
    send({"start": state()})
    threading.Thread(target=answer, name="dativo-observer", daemon=True).start()
    sys.addaudithook(watch)


sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _HERE]
_rest = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and os.path.abspath(path) != _HERE]
if _rest:
    os.environ["PYTHONPATH"] = os.pathsep.join(_rest)
else:
    os.environ.pop("PYTHONPATH", None)
_port = os.environ.pop("DATIVO_TEST_OBSERVER", None)
if _port:
    _watch(int(_port))
_import_shadowed()
