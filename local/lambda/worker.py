"""One execution environment in Python: loads the handler, then handles one invocation at a time.

Each line of standard input is an invocation in JSON. Each line on file descriptor 3 is a message in JSON. Both are those of
protocol.ts. The arguments are the folder of the code and the handler's name.
"""

import importlib
import json
import logging
import os
import sys
import time
import traceback


class Context:
    """The context object of Lambda's runtime for Python."""

    def __init__(self, context, deadline):
        self.function_name = context["functionName"]
        self.function_version = context["functionVersion"]
        self.invoked_function_arn = context["invokedFunctionArn"]
        self.memory_limit_in_mb = context["memoryLimitInMB"]
        self.aws_request_id = context["awsRequestId"]
        self.log_group_name = context["logGroupName"]
        self.log_stream_name = context["logStreamName"]
        self._deadline = deadline

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline - time.time() * 1000))


def failure(error):
    return {
        "ok": False,
        "errorType": type(error).__name__,
        "errorMessage": str(error),
        "trace": "".join(traceback.format_exception(error)),
    }


def load(folder, name):
    sys.path.insert(0, folder)
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), function)


def invoke(handler, invocation):
    try:
        result = handler(json.loads(invocation["event"]), Context(invocation["context"], invocation["deadline"]))
        return {"ok": True, "payload": json.dumps(result, ensure_ascii=False)}
    except Exception as error:
        return failure(error)


def main():
    folder, name = sys.argv[1:]
    messages = os.fdopen(3, "w", buffering=1, encoding="utf-8")

    def post(message):
        messages.write(json.dumps(message) + "\n")

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)  # Lambda's runtime sets a handler too
    try:
        handler = load(folder, name)
    except BaseException as error:
        post(failure(error))
        return
    post({"initialized": True})
    for line in sys.stdin:
        post(invoke(handler, json.loads(line)))


main()
