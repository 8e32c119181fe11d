import type {
  CommitResult,
  ConnectionTestResult,
  RejectedRecord,
  WriteRequest,
  WriteResult,
  WriterInstance,
} from "@dativo/protocol";
import { toWire } from "@dativo/runtime-host";
import { framed, splitBatch } from "./batch-split.js";
import type { FramedBatch } from "./function-calls.js";
import type { PluginSession } from "./plugin-session.js";
import { brokeOff, Recovery, type RecoveryPolicy } from "./recovery.js";
import type { StagingArea } from "./staging-area.js";

type WriteParams = Omit<WriteRequest, "data">;

/** Bytes of a request that are left for what surrounds the records. */
const ENVELOPE_BYTES = 64 * 1024;

/**
 * A writer inside a function. Each call is an invocation: what is written is flushed in the same one, since nothing
 * that is staged may live inside a function from one invocation to the next.
 *
 * An invocation of `write` that breaks off is not made again here, as it may have staged its records: the engine
 * discards what the commit had staged so far, and writes it anew.
 */
export function cloudWriter(session: PluginSession, policy?: RecoveryPolicy): WriterInstance {
  const { name, limits } = session.invoked.transport;
  const one = async (operation: string, params: object, signal: AbortSignal) =>
    (await session.call([{ operation, params: toWire(params) }], signal))[0];
  const write = async (
    request: WriteParams,
    batch: FramedBatch,
    signal: AbortSignal,
  ): Promise<WriteResult> => {
    const [written, flushed] = (await session.call(
      [
        { operation: "write", params: toWire(request), batch },
        { operation: "flush", params: { token: request.token } },
      ],
      signal,
    )) as [WriteResult, WriteResult];
    return merged([
      { result: written, before: 0 },
      { result: flushed, before: 0 },
    ]);
  };
  const roomBytes = limits.requestBytes - ENVELOPE_BYTES;
  /** A batch as a whole, put where there is room for it when a request has none. */
  const writeStaged = async (
    { data, ...request }: WriteRequest,
    staging: StagingArea,
    signal: AbortSignal,
  ): Promise<WriteResult> => {
    const { batch, bytes } = await framed(data);
    if (bytes <= roomBytes) return await write(request, batch, signal);
    const { at, ...staged } = await staging.put(batch);
    try {
      return await write(request, staged, signal);
    } finally {
      await staging.forget(at);
    }
  };
  return {
    check: async (signal) => (await one("check", {}, signal)) as ConnectionTestResult,
    write: async (whole, signal) => {
      if (session.staging !== undefined) return await writeStaged(whole, session.staging, signal);
      const { data, ...request } = whole;
      const parts: { result: WriteResult; before: number }[] = [];
      let before = 0;
      let files = 0;
      for await (const { batch, records } of splitBatch(data, roomBytes)) {
        const fileCounter = request.fileCounter + files;
        const result = await write({ ...request, fileCounter }, batch, signal);
        parts.push({ result, before });
        before += records;
        files += result.files.length;
      }
      return merged(parts);
    },
    flush: async () => ({ files: [] }),
    commit: async (request, signal) => (await one("commit", request, signal)) as CommitResult,
    // An invocation whose answer was cut may still be at it when the next one answers. What it removes of a run by then
    // is what it has found so far: discarding is taken to be over sooner than a plugin is loaded and stages again.
    abort: async (request, signal) => {
      const recovery = new Recovery(name, policy);
      for (;;)
        try {
          await one("abort", request, signal);
          return;
        } catch (error) {
          if (signal.aborted || !brokeOff(error)) throw error;
          await recovery.next(false, error, signal);
        }
    },
    close: async () => undefined,
  };
}

/** The results of parts of one batch, rejected records at their places in the whole. */
function merged(parts: readonly { readonly result: WriteResult; readonly before: number }[]): WriteResult {
  const rejected: RejectedRecord[] = parts.flatMap(({ result, before }) =>
    (result.rejected ?? []).map((record) => ({ ...record, index: record.index + before })),
  );
  const files = parts.flatMap(({ result }) => result.files);
  return rejected.length === 0 ? { files } : { files, rejected };
}
