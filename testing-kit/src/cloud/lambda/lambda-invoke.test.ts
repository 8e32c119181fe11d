import { InvokeCommand, InvokeWithResponseStreamCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { create, invokeBuffered, lambdaClient, stream } from "../testing/aws-clients.js";
import { packageOf } from "../testing/package-of.js";
import { type MockLambda, mockLambda } from "./mock-lambda.js";

const HANDLER = `
import { setTimeout as sleep } from "node:timers/promises";
import type { Writable } from "node:stream";
declare const awslambda: any;
interface Event { pieces?: number; bytes?: number; pauseMs?: number; throwAt?: number; exitAt?: number; rejectAt?: number }
let served = 0;
export const handler = awslambda.streamifyResponse(async (event: Event, response: Writable, context: any) => {
  served += 1;
  console.log("serving", served, context.getRemainingTimeInMillis() > 0);
  for (let piece = 0; piece < (event.pieces ?? 1); piece += 1) {
    if (piece === event.throwAt) throw new RangeError("asked to");
    if (piece === event.exitAt) process.exit(7);
    if (piece === event.rejectAt) void Promise.reject(new SyntaxError("nobody waits"));
    if (event.pauseMs) await sleep(event.pauseMs);
    const text = event.bytes ? "x".repeat(event.bytes) : "piece " + piece + " of " + process.pid + "\\n";
    if (!response.write(text)) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.end();
});
export const page = awslambda.streamifyResponse(async (_event: unknown, response: any) => {
  const web = awslambda.HttpResponseStream.from(response, { statusCode: 203 });
  web.write("hello");
  web.end();
});
export const buffered = async (event: { fail?: string; bytes?: number; blockMs?: number }) => {
  if (event.fail) throw new TypeError(event.fail);
  for (const end = Date.now() + (event.blockMs ?? 0); Date.now() < end; );
  return { served: ++served, pid: process.pid, text: "y".repeat(event.bytes ?? 0) };
};
const held: Buffer[] = [];
export const hungry = async () => {
  for (;;) {
    held.push(Buffer.alloc(20_000_000, 1));
    await sleep(20);
  }
};
`;

let lambda: MockLambda;
let client: LambdaClient;
let zip: Uint8Array;
beforeAll(async () => {
  lambda = await mockLambda({ roles: { runner: [] } });
  client = lambdaClient(lambda);
  zip = await packageOf({ "index.mts": HANDLER });
});
afterAll(() => lambda.dispose());

const invoke = (FunctionName: string, event: unknown = {}) => invokeBuffered(client, FunctionName, event);

it("streams what a function writes as it writes it, from an environment that is kept", async () => {
  await create(client, zip, { FunctionName: "streams" });
  const { EventStream = [] } = await client.send(
    new InvokeWithResponseStreamCommand({ FunctionName: "streams", Payload: '{"pieces":3,"pauseMs":300}' }),
  );
  const times: number[] = [];
  for await (const event of EventStream) if (event.PayloadChunk) times.push(performance.now());
  expect(times).toHaveLength(3);
  expect(times[2]! - times[0]!).toBeGreaterThan(200);
  const first = await stream(client, "streams");
  const second = await stream(client, "streams");
  expect(second.text).toBe(first.text);
  expect(second.log).toMatch(
    /^START RequestId: \S+ Version: \$LATEST\n.*\tINFO\tserving 3 true\nEND RequestId: \S+\nREPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\tMax Memory Used: [1-9]\d+ MB\t\n$/,
  );
  expect(lambda.counters).toMatchObject({ invocations: 3, coldStarts: 1, errors: 0, peakConcurrency: 1 });
});

it("passes large responses through unchanged, and prefixes those for the web", async () => {
  const large = await stream(client, "streams", { pieces: 50, bytes: 100_000 });
  expect(large).toMatchObject({ bytes: 5_000_000, error: undefined });
  expect(large.text).toBe("x".repeat(5_000_000));
  await create(client, zip, { FunctionName: "page", Handler: "index.page" });
  expect((await stream(client, "page")).text).toBe('{"statusCode":203}\0\0\0\0\0\0\0\0hello');
});

it("tells of errors before, in the middle of, and after what was written", async () => {
  const { counters } = lambda;
  const before = counters.errors;
  expect(await stream(client, "streams", { throwAt: 0 })).toMatchObject({ bytes: 0, error: "RangeError" });
  const middle = await stream(client, "streams", { pieces: 3, bytes: 1000, throwAt: 2 });
  expect(middle).toMatchObject({ bytes: 2000, error: "RangeError" });
  expect(JSON.parse(middle.details ?? "")).toMatchObject({
    errorType: "RangeError",
    errorMessage: "asked to",
  });
  expect(middle.log).toMatch(/REPORT .*\tStatus: error\tError Type: RangeError\t/);
  const gone = await stream(client, "streams", { pieces: 9, bytes: 1000, pauseMs: 5, exitAt: 4 });
  expect(gone.error).toBe("Runtime.ExitError");
  expect(gone.details).toContain("exit status 7");
  // What was written last may not have left the process.
  expect([3000, 4000]).toContain(gone.bytes);
  const rejected = await stream(client, "streams", { pieces: 9, pauseMs: 50, rejectAt: 1 });
  expect(rejected.error).toMatch(/^(Runtime\.ExitError|SyntaxError)$/);
  expect(counters.errors - before).toBe(4);
});

it("answers at once where the caller asks for that, within 6 MB", async () => {
  await create(client, zip, { FunctionName: "buffered", Handler: "index.buffered" });
  expect((await invoke("buffered")).value).toMatchObject({ served: 1, text: "" });
  const warm = await invoke("buffered", { bytes: 3_000_000 });
  expect(warm.value.served).toBe(2);
  expect(warm.value.text).toHaveLength(3_000_000);
  expect(await invoke("buffered", { fail: "no luck" })).toMatchObject({
    error: "Unhandled",
    value: { errorType: "TypeError", errorMessage: "no luck" },
  });
  expect(await invoke("buffered", { bytes: 6_300_000 })).toMatchObject({
    error: "Unhandled",
    value: { errorType: "Function.ResponseSizeTooLarge" },
  });
  expect((await invoke("buffered")).value.served).toBeGreaterThan(2);
  const payload = JSON.stringify({ more: "z".repeat(6 * 1024 * 1024) });
  await expect(
    client.send(new InvokeCommand({ FunctionName: "buffered", Payload: payload })),
  ).rejects.toMatchObject({
    name: "RequestTooLargeException",
  });
  await expect(
    client.send(new InvokeCommand({ FunctionName: "buffered", Payload: "no json" })),
  ).rejects.toMatchObject({ name: "InvalidRequestContentException" });
  await expect(client.send(new InvokeCommand({ FunctionName: "nobody" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

it("ends what takes too long, whatever it does, and starts afresh", async () => {
  await create(client, zip, { FunctionName: "slow", Handler: "index.buffered", Timeout: 1 });
  const late = await invoke("slow", { blockMs: 60_000 });
  expect(late.value).toMatchObject({
    errorType: "Sandbox.Timedout",
    errorMessage: expect.stringContaining("Task timed out after 1.00 seconds"),
  });
  expect(late.log).toMatch(/\tDuration: 1\d\d\d\.\d\d ms\t.*\tStatus: timeout\t/);
  expect((await invoke("slow")).value.served).toBe(1);
  expect(lambda.counters.timeouts).toBe(1);
  await create(client, zip, { FunctionName: "slow-stream", Timeout: 1 });
  const cut = await stream(client, "slow-stream", { pieces: 100, bytes: 10, pauseMs: 100 });
  expect(cut.error).toBe("Sandbox.Timedout");
  expect(cut.bytes).toBeGreaterThan(0);
});

it("ends what takes too much memory", async () => {
  await create(client, zip, {
    FunctionName: "hungry",
    Handler: "index.hungry",
    MemorySize: 256,
    Timeout: 30,
  });
  const full = await invoke("hungry");
  expect(full.value.errorType).toBe("Runtime.OutOfMemory");
  expect(full.log).toMatch(/Memory Size: 256 MB\tMax Memory Used: \d{3,4} MB\t/);
});

it("reports a function that cannot be loaded", async () => {
  await create(client, zip, { FunctionName: "absent", Handler: "other.handler" });
  expect((await invoke("absent")).value.errorType).toBe("Runtime.ImportModuleError");
  await create(client, zip, { FunctionName: "unnamed", Handler: "index.nothing" });
  expect((await stream(client, "unnamed")).error).toBe("Runtime.HandlerNotFound");
});
