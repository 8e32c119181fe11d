"""Stands for the managed Python runtimes of AWS Lambda in the emulator of the testing kit.

It is not AWS's own runtime interface client, but does what that is documented to do: imports the handler, asks for
events, and answers them one after the other. As with AWS's, responses are not streamed.
"""

import http.client
import importlib
import json
import os
import sys
import time
import traceback

RUNTIME = "/2018-06-01/runtime"


class Context:
    """What a handler is told about its invocation."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline - time.time() * 1000))


def described(error, kind=None):
    return {
        "errorType": kind or type(error).__name__,
        "errorMessage": str(error),
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def post(connection, path, body, headers=None):
    connection.request("POST", RUNTIME + path, body, {"Content-Type": "application/json", **(headers or {})})
    connection.getresponse().read()


def fail(connection, path, detail):
    print(f"[ERROR] {detail['errorType']}: {detail['errorMessage']}\n{''.join(detail['stackTrace'])}", flush=True)
    post(connection, path, json.dumps(detail), {"Lambda-Runtime-Function-Error-Type": detail["errorType"]})


def load():
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except Exception as error:
        kind = "Runtime.ImportModuleError" if isinstance(error, ImportError) else type(error).__name__
        return None, described(error, kind)
    if not hasattr(loaded, name):
        error = AttributeError(f"Handler '{name}' missing on module '{module}'")
        return None, described(error, "Runtime.HandlerNotFound")
    return getattr(loaded, name), None


def main():
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    handler, problem = load()
    if problem is not None:
        fail(connection, "/init/error", problem)
        sys.exit(1)
    while True:
        connection.request("GET", f"{RUNTIME}/invocation/next")
        event = connection.getresponse()
        body = event.read()
        context = Context(event.headers)
        os.environ["_X_AMZN_TRACE_ID"] = event.headers.get("Lambda-Runtime-Trace-Id", "")
        path = f"/invocation/{context.aws_request_id}"
        try:
            answer = json.dumps(handler(json.loads(body), context))
        except Exception as error:
            fail(connection, f"{path}/error", described(error))
        else:
            post(connection, f"{path}/response", answer)


main()
