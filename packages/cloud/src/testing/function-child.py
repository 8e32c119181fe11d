# One invocation of a Python function in a process of its own: the event on standard input, the response on file
# descriptor 3, the top of the package and the deadline as arguments.
import base64
import json
import os
import sys
import time

top, deadline = sys.argv[1], float(sys.argv[2])
sys.path.insert(0, top)
from dativo_function.invocation import Invocation  # noqa: E402
from dativo_function.output import Output  # noqa: E402
from dativo_function.package import Package  # noqa: E402

request = base64.b64decode(json.load(sys.stdin)["frames"])
invocation = Invocation(Package(top), Output(), lambda: deadline - time.time() * 1000)
for part in invocation.answers(request):
    while part:
        part = part[os.write(3, part) :]
