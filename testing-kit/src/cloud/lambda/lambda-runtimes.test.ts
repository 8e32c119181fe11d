import type { LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { create, invokeBuffered, lambdaClient, stream } from "../testing/aws-clients.js";
import { packageOf } from "../testing/package-of.js";
import { type MockLambda, mockLambda } from "./mock-lambda.js";

/** A runtime of one's own, in the language that every machine with these tests has. */
const BOOTSTRAP = `#!/usr/bin/env node
const http = require("node:http");
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const at = "/2018-06-01/runtime/invocation/";
function next() {
  http.get({ host, port, path: at + "next" }, (event) => {
    const id = event.headers["lambda-runtime-aws-request-id"];
    event.resume().on("end", () => {
      const headers = { "lambda-runtime-function-response-mode": "streaming", "transfer-encoding": "chunked", trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body" };
      const out = http.request({ host, port, method: "POST", path: at + id + "/response", headers }, (done) => done.resume().on("end", next));
      out.write("by " + process.env._HANDLER);
      if (process.env.BREAK === "trailer") out.addTrailers({ "Lambda-Runtime-Function-Error-Type": "Custom.Broken", "Lambda-Runtime-Function-Error-Body": Buffer.from('{"errorType":"Custom.Broken"}').toString("base64") });
      if (process.env.BREAK === "cut") {
        out.on("error", next);
        setTimeout(() => out.destroy(new Error("cut")), 300);
      } else out.end();
    });
  });
}
next();
`;

const PYTHON = `
import os, sys, time
print("loaded")
def handler(event, context):
    if event.get("fail"):
        raise KeyError(event["fail"])
    if event.get("sleep"):
        time.sleep(event["sleep"])
    print("serving", context.get_remaining_time_in_millis() > 0)
    return {"pid": os.getpid(), "wrapped": os.environ.get("WRAPPED"), "name": context.function_name}
`;

let lambda: MockLambda;
let client: LambdaClient;
beforeAll(async () => {
  lambda = await mockLambda({ roles: { runner: [] } });
  client = lambdaClient(lambda);
});
afterAll(() => lambda.dispose());

const invoke = (FunctionName: string, event: unknown = {}) => invokeBuffered(client, FunctionName, event);

it("runs Python, as the managed runtime does", async () => {
  const zip = await packageOf({ "plugin.py": PYTHON });
  await create(client, zip, { FunctionName: "python", Runtime: "python3.11", Handler: "plugin.handler" });
  const first = await invoke("python");
  expect(first.value).toMatchObject({ name: "python", wrapped: null });
  expect(first.log).toMatch(/^loaded\nSTART .*\nserving True\nEND /);
  expect((await invoke("python")).value.pid).toBe(first.value.pid);
  expect(await invoke("python", { fail: "no key" })).toMatchObject({
    error: "Unhandled",
    value: { errorType: "KeyError", errorMessage: "'no key'" },
  });
  await create(client, zip, { FunctionName: "absent", Runtime: "python3.13", Handler: "other.handler" });
  expect((await invoke("absent")).value.errorType).toBe("Runtime.ImportModuleError");
});

it("starts managed runtimes by a wrapper, which gets the command as its arguments", async () => {
  const zip = await packageOf({
    "plugin.py": PYTHON,
    wrapper: { content: '#!/bin/sh\nWRAPPED="$#" exec "$@"\n', executable: true },
  });
  await create(client, zip, {
    FunctionName: "wrapped",
    Runtime: "python3.11",
    Handler: "plugin.handler",
    Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: "/var/task/wrapper" } },
  });
  expect((await invoke("wrapped")).value.wrapped).toBe("2");
});

it("runs a bootstrap of one's own, with errors in trailers and responses that are cut", async () => {
  const zip = await packageOf({ bootstrap: { content: BOOTSTRAP, executable: true } });
  for (const [name, BREAK, error] of [
    ["own", "no", undefined],
    ["own-trailer", "trailer", "Custom.Broken"],
    ["own-cut", "cut", "Runtime.TruncatedResponse"],
  ] as const) {
    await create(client, zip, {
      FunctionName: name,
      Runtime: "provided.al2023",
      Handler: "any.thing",
      Environment: { Variables: { BREAK } },
    });
    expect(await stream(client, name)).toMatchObject({ text: "by any.thing", error });
  }
});

it("says what is wrong with a bootstrap that cannot be started", async () => {
  const zip = await packageOf({ other: "nothing" });
  await create(client, zip, { FunctionName: "no-bootstrap", Runtime: "provided.al2023", Handler: "x" });
  expect((await invoke("no-bootstrap")).value.errorType).toBe("Runtime.InvalidEntrypoint");
  const plain = await packageOf({ bootstrap: BOOTSTRAP });
  await create(client, plain, { FunctionName: "not-executable", Runtime: "provided.al2023", Handler: "x" });
  expect((await invoke("not-executable")).value.errorMessage).toContain("EACCES");
});
