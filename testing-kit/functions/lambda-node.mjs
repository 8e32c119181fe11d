// Stands for the managed Node.js runtimes of AWS Lambda in the emulator of the testing kit. It is not AWS's own
// runtime interface client, which needs Node 22 and a C++ compiler, but does what that is documented to do.
import { AsyncLocalStorage } from "node:async_hooks";
import { existsSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const RUNTIME = "/2018-06-01/runtime";
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const invocations = new AsyncLocalStorage();
let current;

function call(method, path, headers = {}, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, method, path: RUNTIME + path, headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function described(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name || "Error",
    errorMessage: error.message,
    trace: (error.stack ?? "").split("\n"),
  };
}

const logLine =
  (level) =>
  (...values) =>
    process.stdout.write(
      `${new Date().toISOString()}\t${invocations.getStore() ?? current ?? "undefined"}\t${level}\t${format(...values).replaceAll("\n", "\r")}\n`,
    );
for (const [name, level] of Object.entries({
  log: "INFO",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  debug: "DEBUG",
  trace: "TRACE",
}))
  console[name] = logLine(level);

/** What AWS adds to the global scope: handlers that write their response as a stream. */
globalThis.awslambda = {
  streamifyResponse(handler, options = {}) {
    handler[STREAMING] = options;
    return handler;
  },
  HttpResponseStream: {
    from(stream, prelude) {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream.write(JSON.stringify(prelude));
      stream.write(Buffer.alloc(8));
      return stream;
    },
  },
};

/** The response of a streaming handler: a request whose body is written as it comes, with an error as its trailer. */
class ResponseStream extends Writable {
  #id;
  #contentType = "application/octet-stream";
  #outgoing;
  #answered;

  constructor(id, highWaterMark) {
    super({ highWaterMark });
    this.#id = id;
  }

  setContentType(type) {
    this.#contentType = type;
  }

  get started() {
    return this.#outgoing !== undefined;
  }

  #begin() {
    if (this.#outgoing !== undefined) return;
    this.#outgoing = request({
      host,
      port,
      method: "POST",
      path: `${RUNTIME}/invocation/${this.#id}/response`,
      headers: {
        "content-type": this.#contentType,
        "lambda-runtime-function-response-mode": "streaming",
        "transfer-encoding": "chunked",
        trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
      },
    });
    this.#answered = new Promise((resolve) => {
      this.#outgoing.on("response", (answer) => answer.resume().on("end", resolve).on("error", resolve));
      this.#outgoing.on("error", resolve);
    });
  }

  _write(chunk, _encoding, done) {
    this.#begin();
    if (this.#outgoing.write(chunk)) done();
    else this.#outgoing.once("drain", done);
  }

  _final(done) {
    this.#begin();
    this.#outgoing.end();
    this.#answered.then(() => done());
  }

  /** Ends with an error, after what was written. */
  async fail(error) {
    const detail = described(error);
    this.#begin();
    this.#outgoing.addTrailers({
      "Lambda-Runtime-Function-Error-Type": detail.errorType,
      "Lambda-Runtime-Function-Error-Body": Buffer.from(JSON.stringify(detail)).toString("base64"),
    });
    this.#outgoing.end();
    await this.#answered;
    this.destroy();
  }
}

async function loadHandler() {
  const handler = process.env._HANDLER;
  const dot = handler.lastIndexOf(".");
  const [module, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const file = [".js", ".mjs", ".cjs"]
    .map((extension) => join(process.env.LAMBDA_TASK_ROOT, module + extension))
    .find(existsSync);
  if (file === undefined)
    throw Object.assign(new Error(`Cannot find module '${module}'`), { name: "Runtime.ImportModuleError" });
  const loaded = await import(pathToFileURL(file));
  const found = loaded[name] ?? loaded.default?.[name];
  if (typeof found !== "function")
    throw Object.assign(new Error(`${handler} is undefined or not exported`), {
      name: "Runtime.HandlerNotFound",
    });
  return found;
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function invoke(handler, { headers, body }) {
  const id = headers["lambda-runtime-aws-request-id"];
  current = id;
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  const streaming = handler[STREAMING];
  const stream = streaming === undefined ? undefined : new ResponseStream(id, streaming.highWaterMark);
  try {
    const event = JSON.parse(body.toString("utf8"));
    if (stream === undefined) {
      const result = await invocations.run(id, () => handler(event, contextOf(headers)));
      const text = JSON.stringify(result === undefined ? null : result);
      await call("POST", `/invocation/${id}/response`, { "content-type": "application/json" }, text);
      return;
    }
    const broken = new Promise((_, reject) => stream.once("error", reject));
    await Promise.race([invocations.run(id, () => handler(event, stream, contextOf(headers))), broken]);
    if (!stream.writableEnded) stream.end();
    await new Promise((resolve) => (stream.writableFinished ? resolve() : stream.once("finish", resolve)));
  } catch (error) {
    invocations.run(id, () => console.error("Invoke Error", JSON.stringify(described(error))));
    if (stream?.started) await stream.fail(error);
    else await fail(`/invocation/${id}/error`, error);
  }
}

function fail(path, error) {
  const detail = described(error);
  const headers = {
    "content-type": "application/json",
    "lambda-runtime-function-error-type": detail.errorType,
  };
  return call("POST", path, headers, JSON.stringify(detail));
}

for (const [event, status] of [
  ["uncaughtException", 129],
  ["unhandledRejection", 128],
])
  process.on(event, async (error) => {
    console.error("Uncaught Exception", JSON.stringify(described(error)));
    if (current !== undefined) await fail(`/invocation/${current}/error`, error).catch(() => {});
    process.exit(status);
  });

const handler = await loadHandler().catch(async (error) => {
  console.error("Init Error", JSON.stringify(described(error)));
  await fail("/init/error", error);
  process.exit(1);
});
for (;;) {
  const event = await call("GET", "/invocation/next");
  await invoke(handler, event);
  current = undefined;
}
