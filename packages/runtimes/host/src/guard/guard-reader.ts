import {
  connectionTestResultSchema,
  discoveryResultSchema,
  type ExtractRequest,
  type ReaderEvent,
  type ReaderInstance,
  readerPartitionsSchema,
} from "@dativo/protocol";
import { interruptedError, wrongShapeError } from "./call-errors.js";
import type { CallGuard } from "./call-guard.js";
import { describeValue } from "./describe-value.js";
import { EventChecker } from "./event-checker.js";
import { linkSignals } from "./linked-signal.js";
import { checkShape } from "./shape.js";

/** Wraps a reader so that whatever it does ends as what the contract promises, or as a named error. */
export function guardReader(inner: ReaderInstance, guard: CallGuard): ReaderInstance {
  const closing = new AbortController();
  const call = async <T>(
    name: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    using linked = linkSignals([signal, closing.signal]);
    return await guard.run(name, linked.signal, () => work(linked.signal));
  };
  return {
    check: async (signal) => {
      const result = await call("check", signal, (linked) => inner.check(linked));
      return checkShape(connectionTestResultSchema, "connection test result", result, guard.plugin, "check");
    },
    discover: async (signal) => {
      const result = await call("discover", signal, (linked) => inner.discover(linked));
      return checkShape(discoveryResultSchema, "discovery result", result, guard.plugin, "discover");
    },
    estimate: async (request, signal) => {
      const result: unknown = await call("estimate", signal, (linked) => inner.estimate(request, linked));
      if (result === null || (typeof result === "number" && result >= 0)) return result;
      throw wrongShapeError(guard.plugin, "estimate", "a number from 0, or null", describeValue(result));
    },
    extract: (request, signal) => guardExtract(inner, guard, request, [signal, closing.signal]),
    ...(inner.partitions === undefined
      ? {}
      : {
          partitions: async (request, signal) => {
            const result = await call("partitions", signal, async (linked) =>
              inner.partitions?.(request, linked),
            );
            return checkShape(
              readerPartitionsSchema,
              "list of partitions",
              result,
              guard.plugin,
              "partitions",
            );
          },
        }),
    close: () => guard.close(closing, () => inner.close()),
  };
}

async function* guardExtract(
  inner: ReaderInstance,
  guard: CallGuard,
  request: ExtractRequest,
  signals: readonly AbortSignal[],
): AsyncGenerator<ReaderEvent, void, undefined> {
  using linked = linkSignals(signals);
  const { signal } = linked;
  const checker = new EventChecker(guard.plugin, "extract");
  const events = await guard.run("extract", signal, () => iteratorOf(inner.extract(request, signal), guard));
  let busy = false;
  const advance = async () => {
    busy = true;
    try {
      return await events.next();
    } finally {
      busy = false;
    }
  };
  try {
    for (;;) {
      const next: unknown = await guard.run("extract", signal, advance);
      if (!isIteratorResult(next))
        throw wrongShapeError(guard.plugin, "extract", "an iterator result", describeValue(next));
      if (next.done === true) break;
      yield checker.check(next.value);
    }
    if (signal.aborted) throw interruptedError(guard.plugin, "extract", signal.reason);
    checker.finish();
  } finally {
    await stop(events, busy, guard, signal);
  }
}

/** Ends the plugin's generator, so that its `finally` blocks run; one that has ended does nothing. */
async function stop(
  events: AsyncIterator<unknown>,
  busy: boolean,
  guard: CallGuard,
  signal: AbortSignal,
): Promise<void> {
  const end = async () => await events.return?.();
  if (busy) {
    // One that was given up answers when it stops being busy, which may be never.
    guard.forget("extract", end);
    return;
  }
  try {
    await guard.run("extract", signal, end, { cleanup: true });
  } catch (error) {
    guard.log({ level: "warn", message: guard.fault(error, "extract").message });
  }
}

function isIteratorResult(value: unknown): value is IteratorResult<unknown> {
  return typeof value === "object" && value !== null;
}

function iteratorOf(stream: unknown, guard: CallGuard): AsyncIterator<unknown> {
  const make = (stream as Partial<AsyncIterable<unknown>> | null | undefined)?.[Symbol.asyncIterator];
  if (typeof make !== "function")
    throw wrongShapeError(
      guard.plugin,
      "extract",
      "an async iterable of reader events",
      describeValue(stream),
    );
  return make.call(stream);
}
