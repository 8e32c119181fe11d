"""Starts the process of a Python plugin: `python dativo_host.py CONTRACT_VERSION FRAME_PROTOCOL_VERSION MEMORY_MB`.

Written so that Python 2.7 and every Python 3 can read it, and say that they are too old.
"""

import json
import os
import re
import struct
import sys

OLDEST = (3, 9)


def refuse(message, hint):
    error = {
        "error_type": "PluginError",
        "error_code": "PLUGIN_LOAD_FAILED",
        "message": message,
        "retryable": False,
        "hint": hint,
        "details": {"interpreter": sys.executable},
    }
    header = json.dumps({"error": error}).encode("utf-8")
    os.write(3, struct.pack("<IBI", 5 + len(header), 4, len(header)) + header)
    sys.exit(1)


def contract_of(folder):
    """The versions that a copy of the package says it speaks; read, not imported: a stranger's may do anything."""
    try:
        with open(os.path.join(folder, "contract.py")) as file:
            text = file.read()
    except (IOError, OSError):
        return None
    found = re.findall(r"^(CONTRACT_VERSION|FRAME_PROTOCOL_VERSION) = (\d+)$", text, re.M)
    versions = {name: int(number) for name, number in found}
    return versions.get("CONTRACT_VERSION"), versions.get("FRAME_PROTOCOL_VERSION")


def installed():
    """The folder of a `dativo_ingest` that is installed for this interpreter."""
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("dativo_ingest", sys.path)
    return os.path.dirname(spec.origin) if spec is not None and spec.origin else None


def main():
    if sys.version_info < OLDEST:
        refuse(
            "Python plugins need Python %d.%d or newer, and %s is %s."
            % (OLDEST[0], OLDEST[1], sys.executable, sys.version.split()[0]),
            "Install a newer Python, or name its interpreter under engine.options.python.",
        )
    wanted = (int(sys.argv[1]), int(sys.argv[2]))
    memory_mb = int(sys.argv[3])
    own = os.path.dirname(os.path.abspath(__file__))
    # This folder is only on the path because the script lies in it.
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != own]
    folder = installed()
    if folder is None or contract_of(folder) != wanted:
        sys.path.insert(0, own)
    sys.argv[:] = sys.argv[:1]
    from dativo_ingest.host.limits import limit_memory
    from dativo_ingest.host.process import main as serve

    if memory_mb > 0 and not limit_memory(memory_mb):
        sys.stderr.write("plugins.sandbox.memory_limit cannot be kept on this system.\n")
    serve()


if __name__ == "__main__":
    main()
