import { randomUUID } from "node:crypto";
import {
  type BatchData,
  type CallHeader,
  CONTRACT_VERSION,
  type DativoError,
  encodeFrame,
  FRAME,
  FRAME_PROTOCOL_VERSION,
  type Frame,
  FrameDecoder,
  type FrameInput,
  isDativoError,
  type LogRecord,
  type ReaderEvent,
} from "@dativo/protocol";
import {
  batchData,
  type FrameSink,
  type PluginLoader,
  PluginOperations,
  pluginFault,
  protocolError,
  sendEvents,
  type Wire,
} from "@dativo/runtime-host";
import { ObjectStore, objectAddress } from "../staging/object-store.js";
import { withKeptValue } from "./config-path.js";
import { type InvocationParams, invocationParamsSchema } from "./invocation-params.js";
import { OWN_IDENTITY } from "./own-identity.js";
import { ResponseBudget } from "./response-budget.js";
import { secretValue } from "./secrets.js";
import { transfer } from "./transfer.js";

/** What an invocation works with. */
export interface Invocation {
  readonly load: PluginLoader;
  /** Absolute folder that plugins see as the project folder. */
  readonly projectRoot: string;
  /** Sends bytes of the response, and waits until the caller keeps up. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** Milliseconds until the provider ends the invocation, where it says so. */
  readonly remainingMs?: () => number;
  /** Aborted when nobody waits for the response any more. */
  readonly signal: AbortSignal;
}

/** A call of the request, with the batch that came with it. */
interface RequestedCall extends CallHeader {
  readonly batch?: () => Promise<BatchData>;
}

/** Where batches go that a response has no room for, and when. */
interface Spillover {
  readonly staging: string;
  /** Bytes of a response, or of one batch, from which on. */
  readonly responseBytes: number;
}

const STORE = new ObjectStore(OWN_IDENTITY);

/** Operations whose call frame is followed by a batch. */
const WITH_BATCH = new Set(["write"]);

/** Operations whose errors say themselves where they come from, and hold nothing that a plugin said. */
const OWN_FAULTS = new Set(["load", "transfer"]);

/** Operations that still make sense once another one has failed. */
const CLEANING_UP = new Set(["close"]);

/**
 * Answers the calls of one request, one after the other, and closes what they opened: the whole of what an
 * invocation of a function does. A call that fails is answered with its error, and those behind it with none.
 */
export async function serveInvocation(request: Uint8Array, invocation: Invocation): Promise<void> {
  const startedAt = performance.now();
  const { signal } = invocation;
  const response = new Response(invocation.send);
  response.send({
    type: FRAME.hello,
    header: { protocol: FRAME_PROTOCOL_VERSION, api: CONTRACT_VERSION, name: "@dativo/cloud" },
  });
  const operations = new PluginOperations(invocation.load, (record) =>
    response.send({ type: FRAME.log, header: record }),
  );
  let bounds: InvocationParams | undefined;
  let failed = false;
  try {
    for (const { id, operation: name, params, batch } of callsOf(request)) {
      if (failed && !CLEANING_UP.has(name)) continue;
      try {
        if (name === "invocation") {
          bounds = invocationParamsSchema.parse(params);
          response.spillover = spilloverOf(bounds);
          response.send({ type: FRAME.result, header: { id, value: null } });
          continue;
        }
        if (name === "transfer") {
          const budget = budgetOf(bounds, response, startedAt, invocation);
          const { load, projectRoot } = invocation;
          const { redactor } = operations;
          const log = (record: LogRecord) => response.send({ type: FRAME.log, header: record });
          const stop = (event: ReaderEvent) => budget.stop(event) !== undefined;
          const events = transfer(params, { load, projectRoot, log, redactor, stop, signal });
          await sendEvents(events, response, { id, signal });
          continue;
        }
        const known = await ownParams(name, params, bounds, invocation, operations);
        const data = await batch?.();
        const answer = await operations.run({
          id,
          name,
          params: known,
          signal,
          ...(data === undefined ? {} : { data }),
        });
        if ("value" in answer)
          response.send({ type: FRAME.result, header: { id, value: answer.value ?? null } });
        else {
          const budget = budgetOf(bounds, response, startedAt, invocation);
          await sendEvents(without(bounds?.ended ?? [], answer.events), response, {
            id,
            signal,
            stop: (event) => budget.stop(event),
          });
        }
      } catch (thrown) {
        failed = true;
        response.send({
          type: FRAME.error,
          header: { id, error: faultOf(thrown, name, operations).toJSON() },
        });
      }
    }
  } finally {
    await operations.close().catch(() => undefined);
    await response.flushed();
  }
}

/** The calls of a request, each with its batch. */
function callsOf(request: Uint8Array): RequestedCall[] {
  const decoder = new FrameDecoder();
  const frames = decoder.push(request);
  decoder.end();
  const calls: RequestedCall[] = [];
  for (const frame of frames) {
    if (frame.type === FRAME.call) calls.push(frame.header);
    if (frame.type === FRAME.batch) calls.push(withBatch(calls.pop(), frame));
  }
  return calls;
}

/** Where batches go that the response has no room for. */
function spilloverOf({ staging, response_bytes: responseBytes }: InvocationParams): Spillover | undefined {
  return staging === undefined ? undefined : { staging, responseBytes };
}

function withBatch(
  call: RequestedCall | undefined,
  frame: Frame & { type: typeof FRAME.batch },
): RequestedCall {
  if (call === undefined || call.id !== frame.header.id || !WITH_BATCH.has(call.operation))
    throw protocolError("A request holds a batch that belongs to no call.");
  const { header, payload } = frame;
  return {
    ...call,
    batch: async () => batchData(header, header.at === undefined ? payload : await STORE.get(header.at)),
  };
}

/** Parameters of a call as they hold inside the function: its own folder, and secrets in their places. */
async function ownParams(
  name: string,
  params: Wire,
  bounds: InvocationParams | undefined,
  { projectRoot }: Invocation,
  operations: PluginOperations,
): Promise<Wire> {
  if (name === "load") return { ...params, project_root: projectRoot, search_paths: [] };
  if (name !== "open_reader" && name !== "open_writer") return params;
  let { config } = params;
  for (const [path, reference] of Object.entries(bounds?.secrets ?? {})) {
    const value = await secretValue(reference);
    operations.redactor.add(value);
    config = withKeptValue(config, { path, value });
  }
  return { ...params, config, project_root: projectRoot };
}

/** The events of objects that were not read to their end before. */
async function* without(
  ended: readonly string[],
  events: AsyncIterable<ReaderEvent>,
): AsyncGenerator<ReaderEvent, void, undefined> {
  for await (const event of events) {
    const object = event.type === "object" ? event.object.name : event.object;
    if (!ended.includes(object)) yield event;
    else if (event.type === "batch" && event.data.form === "native") event.data.release();
  }
}

function budgetOf(
  bounds: InvocationParams | undefined,
  response: Response,
  startedAt: number,
  invocation: Invocation,
) {
  if (bounds === undefined) throw protocolError("A request does not begin with the call invocation.");
  const remainingMs = invocation.remainingMs ?? (() => startedAt + bounds.timeout_ms - performance.now());
  return new ResponseBudget(
    {
      responseBytes: bounds.response_bytes,
      streamBytes: bounds.stream_bytes,
      reserveMs: bounds.reserve_ms,
    },
    { sentBytes: () => response.bytes, remainingMs, nowMs: () => performance.now() },
  );
}

function faultOf(thrown: unknown, call: string, operations: PluginOperations): DativoError {
  // What loading throws names the reference, and has nothing of a plugin in it.
  if (isDativoError(thrown) && (OWN_FAULTS.has(call) || thrown.code === "SECRET_NOT_FOUND")) return thrown;
  const { name, redactor } = operations;
  return pluginFault(thrown, { plugin: name, kind: undefined, call, redactor, sources: new Set() });
}

/** The frames of the response, in the order in which they were sent. */
class Response implements FrameSink {
  /** Bytes so far. */
  bytes = 0;
  spillover: Spillover | undefined;
  private sending: Promise<void> = Promise.resolve();

  constructor(private readonly write: (bytes: Uint8Array) => Promise<void>) {}

  send(frame: FrameInput): void {
    const bytes = encodeFrame(frame);
    this.bytes += bytes.length;
    this.sending = this.sending.then(() => this.write(bytes));
    this.sending.catch(() => undefined);
  }

  async sendFlowing(frame: FrameInput): Promise<void> {
    this.send(frame.type === FRAME.batch ? await this.carried(frame) : frame);
    await this.sending;
  }

  /** A batch as the response carries it: itself, or where it was put because there is no room for it. */
  private async carried(frame: FrameInput & { type: typeof FRAME.batch }): Promise<FrameInput> {
    const { spillover } = this;
    const { payload } = frame;
    if (spillover === undefined || payload === undefined) return frame;
    if (this.bytes < spillover.responseBytes && payload.length < spillover.responseBytes) return frame;
    const at = objectAddress(spillover.staging, randomUUID());
    await STORE.put(at, payload);
    return { type: frame.type, header: { ...frame.header, at } };
  }

  async flushed(): Promise<void> {
    await this.sending;
  }
}
