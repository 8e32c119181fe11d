import {
  type DativoError,
  type ExtractRequest,
  type Json,
  type ObjectSpec,
  type ReaderEvent,
  type ReaderInstance,
  type Row,
  toDativoError,
} from "@dativo/protocol";
import { rowsOfBatch } from "./canonical.js";

/** One record, and the object it belongs to. */
export interface ReadRecord {
  readonly object: string;
  readonly row: Row;
}

/** One checkpoint of a read. */
export interface ReadCheckpoint {
  readonly object: string;
  readonly state: Json;
  /** Records, of all objects, that came before it. */
  readonly after: number;
}

/** What a reader handed over, up to its end or its error. */
export interface Reading {
  readonly records: readonly ReadRecord[];
  readonly checkpoints: readonly ReadCheckpoint[];
  readonly objects: readonly ObjectSpec[];
  /** Objects that were ended. */
  readonly ended: readonly string[];
  /** Records that the reader says it left out on purpose. */
  readonly leftOut: number;
  /** Empty batches, which are legal and no end. */
  readonly emptyBatches: number;
  /** Whether records came as columns, in which what is missing is null and text is UTF-8. */
  readonly columnar: boolean;
  /** How it failed; absent when it came to its end. */
  readonly error: DativoError | undefined;
  /** Whether it was given up because it took too long, and its error is only the consequence. */
  readonly timedOut: boolean;
  /** Milliseconds from the cancellation to the end, when it was cancelled. */
  readonly stoppedAfterMs: number | undefined;
}

/** How a read is cut short. */
export interface ReadLimits {
  /** Seconds after which it is given up. @default 20 */
  readonly timeoutSeconds?: number;
  /** Cancels the read when it returns true; asked after each event. */
  readonly until?: (event: ReaderEvent, records: number) => boolean;
  /** Milliseconds to wait after each batch, as a slow writer would. @default 0 */
  readonly pauseMs?: number;
  /** Cancels the read from outside. */
  readonly cancel?: AbortSignal;
}

/** Reads with a reader until it ends, fails, or is cut short; never throws. */
export async function readAll(
  reader: ReaderInstance,
  request: ExtractRequest,
  limits: ReadLimits = {},
): Promise<Reading> {
  const stop = new AbortController();
  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      stop.abort();
    },
    (limits.timeoutSeconds ?? 20) * 1000,
  );
  let cancelledAt: number | undefined;
  const onCancel = () => {
    cancelledAt ??= performance.now();
    stop.abort();
  };
  limits.cancel?.addEventListener("abort", onCancel, { once: true });
  const records: ReadRecord[] = [];
  const checkpoints: ReadCheckpoint[] = [];
  const objects: ObjectSpec[] = [];
  const ended: string[] = [];
  let emptyBatches = 0;
  let columnar = false;
  let leftOut = 0;
  let error: DativoError | undefined;
  try {
    for await (const event of reader.extract(request, stop.signal)) {
      if (event.type === "object") objects.push(event.object);
      else if (event.type === "end") ended.push(event.object);
      else if (event.type === "checkpoint")
        checkpoints.push({ object: event.object, state: event.state, after: records.length });
      else {
        columnar ||= event.data.form === "arrow" || event.data.form === "native";
        const rows = rowsOfBatch(event.data);
        if (rows.length === 0) emptyBatches += 1;
        leftOut += (event.filtered ?? 0) + (event.deduplicated ?? 0);
        for (const row of rows) records.push({ object: event.object, row });
        if (limits.pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, limits.pauseMs));
      }
      if (limits.until?.(event, records.length) === true) break;
    }
  } catch (thrown) {
    error = toDativoError(thrown, { code: "PLUGIN_ERROR" });
  } finally {
    clearTimeout(timer);
    limits.cancel?.removeEventListener("abort", onCancel);
  }
  return {
    records,
    checkpoints,
    objects,
    ended,
    leftOut,
    emptyBatches,
    columnar,
    error,
    timedOut,
    stoppedAfterMs: cancelledAt === undefined ? undefined : performance.now() - cancelledAt,
  };
}
