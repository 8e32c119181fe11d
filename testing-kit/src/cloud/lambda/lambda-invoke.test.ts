import { CreateFunctionCommand, type CreateFunctionCommandInput } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { active, lambdaClient, stream } from "../testing/aws-clients.js";
import { packageOf } from "../testing/package-of.js";
import { type MockLambda, mockLambda } from "./mock-lambda.js";

const HANDLER = `
import { setTimeout as sleep } from "node:timers/promises";
import type { Writable } from "node:stream";
interface Event { pieces?: number; bytes?: number; pauseMs?: number; throwAt?: number; exitAt?: number; eat?: number }
declare const awslambda: any;
let served = 0;
export const handler = awslambda.streamifyResponse(async (event: Event, response: Writable, context: any) => {
  served += 1;
  console.log("serving", served, context.getRemainingTimeInMillis() > 0);
  for (let piece = 0; piece < (event.pieces ?? 1); piece += 1) {
    if (piece === event.throwAt) throw new RangeError("asked to");
    if (piece === event.exitAt) process.exit(7);
    if (event.pauseMs) await sleep(event.pauseMs);
    const text = event.bytes ? "x".repeat(event.bytes) : "piece " + piece + " of " + process.pid + "\\n";
    if (!response.write(text)) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.end();
});
export const buffered = async (event: { fail?: string; bytes?: number }) => {
  if (event.fail) throw new TypeError(event.fail);
  return { served: ++served, pid: process.pid, text: "y".repeat(event.bytes ?? 0) };
};
`;

let lambda: MockLambda;
let zip: Uint8Array;
beforeAll(async () => {
  lambda = await mockLambda({ roles: { runner: [] } });
  zip = await packageOf({ "index.mts": HANDLER });
});
afterAll(() => lambda.dispose());

async function create(name: string, more: Partial<CreateFunctionCommandInput> = {}, emulator = lambda) {
  const client = lambdaClient(emulator);
  const created = await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "nodejs22.x",
      Role: "arn:aws:iam::123456789012:role/runner",
      Handler: "index.handler",
      Timeout: 10,
      MemorySize: 512,
      Code: { ZipFile: zip },
      ...more,
    }),
  );
  return { client, created };
}

it("streams what a function writes as it writes it, from an environment that is kept", async () => {
  const { client, created } = await create("streams");
  expect(created.State).toBe("Pending");
  await expect(stream(client, "streams")).rejects.toMatchObject({ name: "ResourceConflictException" });
  await active(client, "streams");
  const first = await stream(client, "streams", { pieces: 3, pauseMs: 30 });
  expect(first).toMatchObject({ chunks: 3, error: undefined });
  expect(first.log).toMatch(
    /^START RequestId: \S+ Version: \$LATEST\n.*serving 1 true\nEND RequestId: .*\nREPORT .*\tInit Duration: /s,
  );
  const second = await stream(client, "streams");
  expect(second.text.split(" of ")[1]).toBe(first.text.split("\n")[0]?.split(" of ")[1]?.concat("\n"));
  expect(second.log).toContain("serving 2");
  expect(second.log).not.toContain("Init Duration");
  expect(lambda.counters).toMatchObject({ invocations: 2, coldStarts: 1, errors: 0 });
});
