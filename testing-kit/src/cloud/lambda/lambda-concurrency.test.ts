import { PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { expect, it } from "vitest";
import { create, lambdaClient, stream } from "../testing/aws-clients.js";
import { packageOf } from "../testing/package-of.js";
import { mockLambda } from "./mock-lambda.js";

const HANDLER = `
import { setTimeout as sleep } from "node:timers/promises";
let busy = 0;
export const handler = awslambda.streamifyResponse(async (event, response) => {
  busy += 1;
  const { pieces = 1, bytes = 10, pauseMs = 0 } = event;
  for (let piece = 0; piece < pieces; piece += 1) {
    if (pauseMs) await sleep(pauseMs);
    if (!response.write("x".repeat(bytes))) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.write(busy === 1 ? "alone" : "crowded");
  response.end();
  busy -= 1;
});
`;
const zip = await packageOf({ "index.mjs": HANDLER });

it("runs one invocation at a time in an environment, and refuses more than the account has", async () => {
  await using lambda = await mockLambda({ roles: { runner: [] }, accountConcurrency: 3 });
  const client = lambdaClient(lambda);
  await create(client, zip, { FunctionName: "busy" });
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => stream(client, "busy", { pieces: 10, pauseMs: 50 })),
  );
  const refused = results.filter((result) => result.status === "rejected").map(({ reason }) => reason);
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({
    name: "TooManyRequestsException",
    Reason: "ConcurrentInvocationLimitExceeded",
    $metadata: { httpStatusCode: 429 },
  });
  const texts = results.flatMap((result) =>
    result.status === "fulfilled" ? [result.value.text.slice(100)] : [],
  );
  expect(texts).toEqual(["alone", "alone", "alone"]);
  await stream(client, "busy");
  expect(lambda.counters).toMatchObject({ invocations: 4, coldStarts: 3, throttles: 2, peakConcurrency: 3 });
});

it("keeps to the concurrency that a function has for itself", async () => {
  await using lambda = await mockLambda({ roles: { runner: [] } });
  const client = lambdaClient(lambda);
  await create(client, zip, { FunctionName: "own" });
  const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
    client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
  await expect(reserve("own", 950)).rejects.toThrow("below its minimum value of [100]");
  await reserve("own", 1);
  const first = stream(client, "own", { pieces: 5, pauseMs: 200 });
  await expect.poll(() => lambda.counters.invocations).toBe(1);
  await expect(stream(client, "own")).rejects.toMatchObject({
    Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
  });
  expect((await first).error).toBeUndefined();
});

it("lets 6 MB of a response pass at full speed and holds the rest back", async () => {
  const response = { pieces: 64, bytes: 16_384 }; // 1 MB
  const rate = { burstBytes: 524_288, bytesPerSecond: 262_144 };
  for (const streamRate of [rate, false] as const) {
    await using lambda = await mockLambda({ roles: { runner: [] }, streamRate });
    const client = lambdaClient(lambda);
    await create(client, zip, { FunctionName: "capped" });
    await stream(client, "capped");
    const began = performance.now();
    expect((await stream(client, "capped", response)).bytes).toBe(1_048_576 + 5);
    const seconds = (performance.now() - began) / 1000;
    if (streamRate === false) expect(seconds).toBeLessThan(1.5);
    else expect(seconds).toBeGreaterThan(1.9);
  }
});

it("does to invocations what it is asked for, so many times", async () => {
  await using lambda = await mockLambda({ roles: { runner: [] } });
  const client = lambdaClient(lambda);
  await create(client, zip, { FunctionName: "unlucky" });
  const response = { pieces: 20, bytes: 1000 };
  lambda.faults.add({ kind: "kill", afterBytes: 5500, skip: 1 });
  expect((await stream(client, "unlucky", response)).error).toBeUndefined();
  expect(await stream(client, "unlucky", response)).toMatchObject({
    error: "Runtime.ExitError",
    bytes: 5500,
  });
  expect((await stream(client, "unlucky", response)).error).toBeUndefined();

  lambda.faults.add({ kind: "truncate", afterBytes: 3000, function: "unlucky" });
  await expect(stream(client, "unlucky", response)).rejects.toThrow();
  expect((await stream(client, "unlucky", response)).error).toBeUndefined();

  // Of two for one response the later is left for the next, and one that no response reaches has not happened.
  lambda.faults.clear();
  lambda.faults.add({ kind: "kill", afterBytes: 1_000_000 });
  expect((await stream(client, "unlucky", response)).error).toBeUndefined();
  expect(lambda.faults.happened).toEqual([]);
  lambda.faults.clear();
  lambda.faults.add({ kind: "truncate", afterBytes: 7000 });
  lambda.faults.add({ kind: "kill", afterBytes: 6000 });
  expect(await stream(client, "unlucky", response)).toMatchObject({ bytes: 6000 });
  await expect(stream(client, "unlucky", response)).rejects.toThrow();
  expect(lambda.faults.happened.map(({ kind }) => kind)).toEqual(["kill", "truncate"]);

  await create(client, zip, { FunctionName: "still", Timeout: 1 });
  lambda.faults.add({ kind: "stall", afterBytes: 6000 });
  expect(await stream(client, "still", response)).toMatchObject({ error: "Sandbox.Timedout", bytes: 6000 });
  expect(lambda.counters.timeouts).toBe(1);
  expect((await stream(client, "still", response)).error).toBeUndefined();

  lambda.faults.add({ kind: "throttle", times: 2, function: "another" });
  lambda.faults.add({ kind: "throttle", times: 2, reason: "CallerRateLimitExceeded" });
  for (const _ of [1, 2])
    await expect(stream(client, "unlucky")).rejects.toMatchObject({ Reason: "CallerRateLimitExceeded" });

  lambda.faults.add({ kind: "delay", milliseconds: 300 });
  const began = performance.now();
  await stream(client, "unlucky");
  expect(performance.now() - began).toBeGreaterThan(290);

  lambda.faults.add({
    kind: "error",
    operation: "InvokeWithResponseStream",
    status: 500,
    code: "ServiceException",
  });
  await expect(stream(client, "unlucky")).rejects.toMatchObject({ name: "ServiceException" });
  lambda.faults.clear();
  expect((await stream(client, "unlucky")).error).toBeUndefined();
});

it("starts slowly, or not at all, when it is asked to", async () => {
  await using lambda = await mockLambda({ roles: { runner: [] } });
  const client = lambdaClient(lambda);
  await create(client, zip, { FunctionName: "starts" });
  lambda.faults.add({ kind: "init-error", message: "no licence" });
  const failed = await stream(client, "starts");
  expect(failed).toMatchObject({
    error: "Runtime.InitError",
    details: expect.stringContaining("no licence"),
  });
  lambda.faults.add({ kind: "slow-start", milliseconds: 500 });
  const slow = await stream(client, "starts");
  expect(slow.error).toBeUndefined();
  expect(Number(/Init Duration: (\d+)/.exec(slow.log)?.[1])).toBeGreaterThan(490);
  expect(lambda.counters.coldStarts).toBe(2);
});

it("begins a start again that takes too long, within the time of the invocation", async () => {
  await using lambda = await mockLambda({ roles: { runner: [] }, initTimeoutMs: 400 });
  const client = lambdaClient(lambda);
  const late = await packageOf({
    "index.mjs": `await new Promise((resolve) => setTimeout(resolve, 800));${HANDLER}`,
  });
  await create(client, late, { FunctionName: "late" });
  const answer = await stream(client, "late");
  expect(answer).toMatchObject({ error: undefined, text: "xxxxxxxxxxalone" });
  expect(answer.log).toContain("INIT_REPORT Init Duration: 400.00 ms\tPhase: init\tStatus: timeout");
  expect(Number(/\tDuration: (\d+)/.exec(answer.log)?.[1])).toBeGreaterThan(750);
  await create(client, late, { FunctionName: "too-late", Timeout: 1 });
  lambda.faults.add({ kind: "delay", milliseconds: 1000 });
  expect((await stream(client, "too-late")).error).toBe("Sandbox.Timedout");
});

it("ends a stream that is too large", async () => {
  await using lambda = await mockLambda({ roles: { runner: [] }, streamBytes: 100_000 });
  const client = lambdaClient(lambda);
  await create(client, zip, { FunctionName: "large" });
  expect((await stream(client, "large", { pieces: 9, bytes: 10_000 })).error).toBeUndefined();
  const large = await stream(client, "large", { pieces: 20, bytes: 10_000 });
  expect(large.error).toBe("Function.ResponseSizeTooLarge");
});
