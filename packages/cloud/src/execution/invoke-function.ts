import {
  assertContractVersion,
  DativoError,
  FRAME,
  FRAME_PROTOCOL_VERSION,
  type Frame,
  FrameDecoder,
  type InvocationUsage,
  isDativoError,
  type LogRecord,
  type Redactor,
} from "@dativo/protocol";
import { protocolError } from "@dativo/runtime-host";
import type { FunctionTransport, InvocationReport } from "../deploy/function-transport.js";
import type { InvocationParams } from "../function/invocation-params.js";
import { type FunctionCall, requestBytes } from "./function-calls.js";
import { readAhead } from "./read-ahead.js";

/** Bytes of a response that may wait to be looked at. */
const READ_AHEAD_BYTES = 16 * 1024 * 1024;

/** Share of an invocation's time that is left for ending it, and its most in milliseconds. */
const RESERVE_SHARE = 0.2;
const RESERVE_MS = 15_000;

/** A function, and where what it says of itself goes. */
export interface InvokedFunction {
  readonly transport: FunctionTransport;
  readonly log: (record: LogRecord) => void;
  readonly redactor: Redactor;
  readonly onInvocation: (usage: InvocationUsage) => void;
}

/** What an invocation needs beside its calls. */
export interface InvocationNeeds {
  /** Where secrets of the plugin's configuration are kept, by key path. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where batches are put that a response has no room for, such as `s3://bucket/prefix`. */
  readonly staging?: string | undefined;
  /** Objects that were read to their end before. @default [] */
  readonly ended?: readonly string[];
}

/** The frames of one invocation that its caller has to look at: those of streams. */
export type StreamFrame = Extract<Frame, { readonly type: 1 | 2 | 5 | 6 }>;

/** Answers of the calls of an invocation, by their position. */
export type Answers = ReadonlyMap<number, unknown>;

/**
 * Invokes a function once with some calls, and yields the frames of those that stream; returns the answers of the
 * others.
 *
 * @throws DativoError what the plugin threw, `CLOUD_THROTTLED`, `CLOUD_INVOCATION_FAILED`, `UNEXPECTED_END` when the
 * response lacks the answer of a call, `ABI_VIOLATION`, `PLUGIN_VERSION_INCOMPATIBLE`
 */
export async function* invokeFunction(
  invoked: InvokedFunction,
  calls: readonly FunctionCall[],
  needs: InvocationNeeds,
  signal: AbortSignal,
): AsyncGenerator<StreamFrame, Answers, undefined> {
  const { transport } = invoked;
  const all = [invocationCall(transport, needs), ...calls];
  const request = requestBytes(all);
  const answers = new Map<number, unknown>();
  const decoder = new FrameDecoder();
  let report: InvocationReport | undefined;
  let responseBytes = 0;
  let refused = false;
  const onReport = (said: InvocationReport) => {
    report = said;
  };
  try {
    const response = transport.invoke(request, { signal, onReport });
    for await (const chunk of readAhead(response, READ_AHEAD_BYTES)) {
      responseBytes += chunk.length;
      for (const frame of decoder.push(chunk)) {
        const streamed = take(frame, answers, invoked);
        if (streamed !== undefined) yield streamed;
      }
    }
  } catch (error) {
    // One that was refused did not run.
    refused = isDativoError(error) && error.code === "CLOUD_THROTTLED";
    throw error;
  } finally {
    if (!refused)
      invoked.onInvocation({
        function: transport.name,
        requestBytes: request.length,
        responseBytes,
        ...(report?.billedMilliseconds === undefined
          ? {}
          : { billedMilliseconds: report.billedMilliseconds }),
      });
  }
  decoder.end();
  const missing = all.findIndex((_, id) => !answers.has(id));
  if (missing >= 0) throw unanswered(transport.name, all[missing]?.operation ?? "");
  return new Map([...answers].map(([id, value]) => [id - 1, value]));
}

/** Invokes a function with calls that do not stream, and returns the answer of each. */
export async function answersOf(
  invoked: InvokedFunction,
  calls: readonly FunctionCall[],
  needs: InvocationNeeds,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const frames = invokeFunction(invoked, calls, needs, signal);
  for (;;) {
    const next = await frames.next();
    if (next.done === true) return calls.map((_, id) => next.value.get(id));
  }
}

function invocationCall(
  { limits }: FunctionTransport,
  { secrets, staging, ended = [] }: InvocationNeeds,
): FunctionCall {
  const timeoutMs = limits.timeoutSeconds * 1000;
  const params: InvocationParams = {
    response_bytes: limits.responseBytes,
    stream_bytes: limits.streamBytes ?? Number.MAX_SAFE_INTEGER,
    timeout_ms: timeoutMs,
    reserve_ms: Math.min(RESERVE_MS, timeoutMs * RESERVE_SHARE),
    ...(staging === undefined ? {} : { staging }),
    ended,
    secrets,
  };
  return { operation: "invocation", params };
}

/** Takes a frame of a response, and returns it when it belongs to a stream. */
function take(
  frame: Frame,
  answers: Map<number, unknown>,
  invoked: InvokedFunction,
): StreamFrame | undefined {
  switch (frame.type) {
    case FRAME.hello:
      greet(frame.header);
      return undefined;
    case FRAME.log:
      invoked.log(invoked.redactor.value(frame.header));
      return undefined;
    case FRAME.error:
      throw DativoError.fromJSON(frame.header.error);
    case FRAME.result:
      answers.set(frame.header.id, frame.header.value);
      return undefined;
    case FRAME.end:
      answers.set(frame.header.id, frame.header);
      return frame;
    case FRAME.batch:
    case FRAME.checkpoint:
    case FRAME.object:
      return frame;
    default:
      throw protocolError(`A function answered with a frame of type ${frame.type}.`);
  }
}

function greet(header: { readonly name: string; readonly api: number; readonly protocol: number }): void {
  if (header.protocol !== FRAME_PROTOCOL_VERSION)
    throw protocolError(
      `${header.name} inside the function speaks version ${header.protocol} of the frames; this Dativo speaks ${FRAME_PROTOCOL_VERSION}.`,
    );
  assertContractVersion(header);
}

function unanswered(name: string, operation: string): DativoError {
  return new DativoError({
    code: "UNEXPECTED_END",
    message: `The response of ${name} ended without the answer of ${operation}.`,
    details: { function: name, operation },
  });
}
