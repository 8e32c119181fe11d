import { DativoError, type ReaderEvent, type ReaderInstance } from "@dativo/protocol";
import type { ObjectPlan } from "../plan/plan.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import { attemptTransfer } from "../transfer/attempt-transfer.js";
import { announced, assertAsked } from "./announced.js";
import { defaultObject } from "./default-object.js";
import { eventLoopPause } from "./event-loop.js";
import { extractRequest, startsOf } from "./extract-request.js";
import { assertPosition } from "./kept-secrets.js";
import { firstRecords } from "./limit.js";
import { type OpenObject, openObject } from "./open-object.js";
import { prefetch } from "./prefetch.js";
import { batchBytes } from "./prepare/row-bytes.js";
import type { RunScope } from "./run-scope.js";

/** Batches that the reader may be ahead of the writer. */
const PREFETCH_BATCHES = 2;
/** Bytes that the reader may be ahead of the writer. */
const PREFETCH_BYTES = 16 * 1024 * 1024;

/** Batches of objects that are done which a reader may go on yielding, when only it knows what else there is. */
const IGNORED_BATCHES = 100;

/**
 * Reads once from where the last commit left each object to the end, and writes and commits on the way. A failure
 * leaves everything committed in place and discards the rest, so that another attempt can go on.
 *
 * @throws DativoError what a plugin or a check throws
 */
export async function attempt(scope: RunScope, plugins: LoadedPlugins): Promise<void> {
  const { job, host, plan } = scope;
  const finished = await scope.finished();
  const wanted = plan.objects.filter(({ name }) => !finished.has(name));
  if (wanted.length === 0 && plan.objects.length > 0) return;
  const { transfer } = plugins.reader;
  if (plan.transfer?.inFunction === true && transfer !== undefined) {
    const { planning } = plan.transfer;
    return await attemptTransfer(scope, plugins, { transfer, planning }, wanted);
  }
  const reader = await plugins.reader.openReader({
    config: job.source.config,
    host,
    defaultObject: defaultObject(job),
  });
  const open = new Map<string, OpenObject>();
  try {
    // In the cloud each answer would be an invocation of its own.
    if (scope.progress.watched && job.source.placement.kind !== "cloud")
      await askEstimates(scope, reader, wanted);
    for (const objects of extractions(scope, wanted)) await extract(scope, plugins, reader, objects, open);
  } catch (error) {
    await Promise.allSettled([...open.values()].map((object) => discard(object, scope)));
    await Promise.allSettled([...open.values()].map((object) => object.close()));
    // Why it failed says more than that a plugin that failed could not be closed either.
    await reader.close().catch(() => undefined);
    throw error;
  }
  await Promise.allSettled([...open.values()].map((object) => object.close()));
  await reader.close();
}

/** With a limit each object is read by itself, since a reader may only stop early in all. */
function extractions(scope: RunScope, wanted: readonly ObjectPlan[]): readonly (readonly ObjectPlan[])[] {
  return scope.limit === undefined || wanted.length === 0 ? [wanted] : wanted.map((object) => [object]);
}

async function extract(
  scope: RunScope,
  plugins: LoadedPlugins,
  reader: ReaderInstance,
  objects: readonly ObjectPlan[],
  open: Map<string, OpenObject>,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([scope.signal, stop.signal]);
  const request = extractRequest(scope, await startsOf(scope, objects));
  const events = prefetch(reader.extract(request, signal), {
    items: PREFETCH_BATCHES,
    weight: PREFETCH_BYTES,
    weigh: (event) => (event.type === "batch" ? batchBytes(event.data) : undefined),
    signal: scope.signal,
  });
  const begun = new Set<string>();
  let ignored = 0;
  const handle = async (event: ReaderEvent): Promise<void> => {
    if (event.type !== "object") return take(event, announced(open, event), scope);
    assertAsked(event.object, objects, begun);
    open.set(event.object.name, await openObject(scope, plugins, event.object));
    begun.add(event.object.name);
  };
  const pause = eventLoopPause();
  for await (const event of events) {
    await pause();
    // The reader is told to stop before it is left, since it may be waiting for its source.
    await handle(event).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    });
    if (scope.limit === undefined) continue;
    if (event.type === "batch" && open.get(event.object)?.done === true) ignored += 1;
    const all = objects.length > 0 && objects.every(({ name }) => open.get(name)?.done === true);
    if (all || ignored > IGNORED_BATCHES) {
      stop.abort();
      break;
    }
  }
  scope.signal.throwIfAborted();
  assertComplete(objects, begun, open);
}

/** Passes one event to the stream of its object. */
async function take(
  event: Exclude<ReaderEvent, { type: "object" }>,
  object: OpenObject,
  scope: RunScope,
): Promise<void> {
  if (object.done) {
    if (event.type === "batch" && event.data.form === "native") event.data.release();
    return;
  }
  const { stream, outcome, guard } = object;
  if (event.type === "batch") {
    if (scope.limit === undefined) {
      guard.batch(event.data);
      await stream.batch(event);
    } else {
      const { data, records } = await firstRecords(event.data, scope.limit - object.taken);
      object.taken += records;
      await stream.batch({ ...event, data });
      if (object.taken >= scope.limit) await object.finish("partial");
    }
  } else if (event.type === "checkpoint") {
    guard.checkpoint(event.state);
    assertPosition(scope.job.redactor, event.object, event.state);
    outcome.checkpoints += 1;
    await stream.checkpoint(event.state);
  } else await object.finish("complete");
  scope.progress.report(outcome);
}

async function askEstimates(
  scope: RunScope,
  reader: ReaderInstance,
  objects: readonly ObjectPlan[],
): Promise<void> {
  for (const plan of objects) {
    const request = extractRequest(scope, await startsOf(scope, [plan]));
    // An estimate only feeds a progress bar; a reader that fails to give one may still read.
    const estimate = await reader.estimate(request, scope.signal).catch(() => null);
    scope.progress.expect(plan.name, estimate);
  }
}

async function discard(object: OpenObject, scope: RunScope): Promise<void> {
  try {
    await object.stream.abort();
  } catch (error) {
    scope.warn(
      `Staged data of ${object.outcome.plan.name} could not be discarded: ${(error as Error).message}`,
    );
  }
}

function assertComplete(
  asked: readonly ObjectPlan[],
  begun: ReadonlySet<string>,
  open: ReadonlyMap<string, OpenObject>,
): void {
  const missing = asked.map(({ name }) => name).find((name) => !begun.has(name));
  const unended = [...begun].find((name) => open.get(name)?.done !== true);
  const object = unended ?? missing;
  if (object === undefined) return;
  throw new DativoError({
    code: "UNEXPECTED_END",
    message:
      unended === undefined
        ? `The reader ended without reading ${object}.`
        : `The reader ended in the middle of ${object}, without saying that it is complete.`,
    details: { object },
  });
}
