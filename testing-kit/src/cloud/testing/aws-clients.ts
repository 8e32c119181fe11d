import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import type { MockLambda } from "../lambda/mock-lambda.js";

/** How a test's AWS clients find the emulator. */
export function clientOptions({ endpoint, env }: MockLambda) {
  return {
    endpoint,
    region: env.AWS_REGION!,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! },
    maxAttempts: 1,
  };
}

/** A Lambda client that never repeats a call by itself. */
export function lambdaClient(lambda: MockLambda): LambdaClient {
  return new LambdaClient(clientOptions(lambda));
}

/** Waits for a new function. */
export async function active(client: LambdaClient, FunctionName: string): Promise<void> {
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.05 } as never, {
    FunctionName,
  });
}

/** Creates a function of the role `runner`, and waits for it. */
export async function create(
  client: LambdaClient,
  ZipFile: Uint8Array,
  more: Partial<CreateFunctionCommandInput> & { readonly FunctionName: string },
): Promise<void> {
  await client.send(new CreateFunctionCommand({ ...definition(ZipFile), ...more }));
  await active(client, more.FunctionName);
}

/** A function that can be created, but for its name. */
export function definition(ZipFile: Uint8Array): Omit<CreateFunctionCommandInput, "FunctionName"> {
  return {
    Runtime: "nodejs22.x",
    Role: "arn:aws:iam::123456789012:role/runner",
    Handler: "index.handler",
    Timeout: 10,
    MemorySize: 512,
    Code: { ZipFile },
  };
}

/** The end of a log, as it comes with an answer. */
export function tail(LogResult: string | undefined): string {
  return Buffer.from(LogResult ?? "", "base64").toString("utf8");
}

/** What a streamed invocation answered. */
export interface Streamed {
  readonly text: string;
  readonly bytes: number;
  readonly chunks: number;
  readonly error: string | undefined;
  readonly details: string | undefined;
  readonly log: string;
}

/** Invokes with a buffered response. */
export async function invokeBuffered(client: LambdaClient, FunctionName: string, event: unknown = {}) {
  const answer = await client.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: "Tail" }),
  );
  return {
    error: answer.FunctionError,
    value: JSON.parse(answer.Payload?.transformToString() || "null"),
    log: tail(answer.LogResult),
  };
}

/** Invokes with a response stream, and reads it to its end. */
export async function stream(
  client: LambdaClient,
  FunctionName: string,
  event: unknown = {},
): Promise<Streamed> {
  const { EventStream = [] } = await client.send(
    new InvokeWithResponseStreamCommand({ FunctionName, Payload: JSON.stringify(event), LogType: "Tail" }),
  );
  const chunks: Uint8Array[] = [];
  let end: { ErrorCode?: string; ErrorDetails?: string; LogResult?: string } | undefined;
  for await (const { PayloadChunk, InvokeComplete } of EventStream as AsyncIterable<Record<string, never>>) {
    if (PayloadChunk !== undefined) chunks.push((PayloadChunk as { Payload: Uint8Array }).Payload);
    if (InvokeComplete !== undefined) end = InvokeComplete;
  }
  if (end === undefined) throw new Error("The stream ended without InvokeComplete");
  const all = Buffer.concat(chunks);
  return {
    text: all.toString("utf8"),
    bytes: all.length,
    chunks: chunks.length,
    error: end.ErrorCode,
    details: end.ErrorDetails,
    log: tail(end.LogResult),
  };
}
