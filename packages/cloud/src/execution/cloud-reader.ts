import {
  type ConnectionTestResult,
  type DiscoveryResult,
  type EndHeader,
  type ExtractRequest,
  FRAME,
  type Frame,
  type ReaderEvent,
  type ReaderInstance,
  type ReaderPartition,
} from "@dativo/protocol";
import { eventOf, incomplete, toWire } from "@dativo/runtime-host";
import { HeldRecords } from "./held-records.js";
import type { StreamFrame } from "./invoke-function.js";
import type { PluginSession } from "./plugin-session.js";
import { ReadProgress } from "./read-progress.js";
import { brokeOff, Recovery, type RecoveryPolicy } from "./recovery.js";
import type { StagingArea } from "./staging-area.js";

/** Forms of batch that mean nothing on another machine: a pointer, and a query over files that are not there. */
const LOCAL_FORMS = new Set(["native", "relation"]);

/** A reader inside a function. */
export function cloudReader(session: PluginSession, policy?: RecoveryPolicy): ReaderInstance {
  const { name } = session.invoked.transport;
  const one = async (operation: string, params: object, signal: AbortSignal): Promise<unknown> => {
    const recovery = new Recovery(name, policy);
    for (;;)
      try {
        return (await session.call([{ operation, params: toWire(params) }], signal))[0];
      } catch (error) {
        if (signal.aborted || !brokeOff(error)) throw error;
        await recovery.next(false, error, signal);
      }
  };
  return {
    check: async (signal) => (await one("check", {}, signal)) as ConnectionTestResult,
    discover: async (signal) => (await one("discover", {}, signal)) as DiscoveryResult,
    estimate: async (request, signal) => (await one("estimate", request, signal)) as number | null,
    partitions: async (request, signal) =>
      (await one("partitions", request, signal)) as readonly ReaderPartition[],
    extract: (request, signal) => extract(session, request, signal, new Recovery(name, policy)),
    close: async () => undefined,
  };
}

/**
 * Reads over as many invocations as it takes. Records are passed on together with the checkpoint that covers them, so
 * that an invocation which breaks off is followed by one that goes on there, and nothing is lost or doubled.
 */
async function* extract(
  session: PluginSession,
  request: ExtractRequest,
  signal: AbortSignal,
  recovery: Recovery,
): AsyncGenerator<ReaderEvent, void, undefined> {
  const accepts = request.accepts?.filter((form) => !LOCAL_FORMS.has(form));
  const progress = new ReadProgress({ ...request, ...(accepts === undefined ? {} : { accepts }) });
  for (;;) {
    const left = progress.request;
    if (left === undefined) return;
    const before = progress.steps;
    let cause: Parameters<Recovery["next"]>[1];
    try {
      const end = yield* passOn(
        session.stream({ operation: "extract", params: toWire(left) }, progress.finished, signal),
        progress,
        session.staging,
      );
      if (end.reason !== "bytes" && end.reason !== "deadline") return;
    } catch (error) {
      if (signal.aborted || !brokeOff(error)) throw error;
      cause = error;
      session.invoked.log({
        level: "warn",
        source: session.invoked.transport.name,
        message: `An invocation broke off and is made again from the last checkpoint: ${error.message}`,
      });
    }
    await recovery.next(progress.steps > before, cause, signal);
  }
}

/** Passes on what one invocation yields, and returns its end. */
async function* passOn(
  frames: AsyncGenerator<StreamFrame, unknown, undefined>,
  progress: ReadProgress,
  staging: StagingArea | undefined,
): AsyncGenerator<ReaderEvent, EndHeader, undefined> {
  await using held = new HeldRecords();
  let batches = 0;
  let end: EndHeader | undefined;
  try {
    for await (const frame of frames) {
      staging?.saw(frame);
      if (frame.type === FRAME.batch) batches += 1;
      if (frame.type === FRAME.end) end = frame.header;
      else if (!progress.hasEnded(objectOf(frame))) yield* passOne(frame, held, progress, staging);
    }
  } finally {
    await staging?.clear();
  }
  if (end === undefined) throw incomplete(batches + 1, batches);
  if (end.sequence !== batches) throw incomplete(end.sequence, batches);
  return end;
}

async function* passOne(
  frame: Exclude<StreamFrame, { readonly type: typeof FRAME.end }>,
  held: HeldRecords,
  progress: ReadProgress,
  staging: StagingArea | undefined,
): AsyncGenerator<ReaderEvent, void, undefined> {
  const object = objectOf(frame);
  if (frame.type === FRAME.batch) {
    await held.add(object, frame);
    return;
  }
  if (frame.type === FRAME.object && frame.header.event === "begin") {
    if (progress.begin(object)) yield await eventOf(frame);
    return;
  }
  for await (const batch of held.release(object)) {
    progress.passed(recordsOf(batch));
    yield await eventOf(staging === undefined ? batch : await staging.filled(batch));
  }
  if (frame.type === FRAME.checkpoint) progress.checkpoint(object, frame.header.state);
  else progress.end(object);
  yield await eventOf(frame);
}

function objectOf(frame: Exclude<StreamFrame, { readonly type: typeof FRAME.end }>): string {
  const { header } = frame;
  return typeof header.object === "string" ? header.object : header.object.name;
}

function recordsOf(frame: Frame): number {
  return frame.type === FRAME.batch ? (frame.header.recordCount ?? 0) : 0;
}
