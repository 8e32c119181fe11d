import type { ExtractRequest, Json, Plugin, ReaderEvent, ReaderPartition, Row } from "@dativo/protocol";
import { joinPartitionStates, splitPartitionStates } from "@dativo/protocol";
import { NUMBERED } from "./test-job.js";

/** Rows of an object by the id of the partition they are in. */
export type DividedRows = Readonly<Record<string, readonly Row[]>>;

/** A reader over data in memory whose objects are divided; the position of a partition is the number of rows read. */
export function dividedReader(
  objects: Readonly<Record<string, DividedRows>>,
  options: {
    readonly pageSize?: number;
    readonly incremental?: boolean;
    /** Called before each page; may throw, wait, or count. */
    readonly beforePage?: (partition: string, from: number) => void | Promise<void>;
  } = {},
): Plugin & { readonly requests: ExtractRequest[] } {
  const { pageSize = 5, incremental = true, beforePage } = options;
  const requests: ExtractRequest[] = [];
  const specOf = (name: string) => ({ name, incremental, schema: NUMBERED });

  async function* readPart(
    object: string,
    id: string,
    state: Json | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<ReaderEvent> {
    const rows = objects[object]?.[id] ?? [];
    let from = typeof state === "number" ? state : 0;
    while (from < rows.length) {
      await beforePage?.(id, from);
      signal.throwIfAborted();
      yield { type: "batch", object, data: { form: "rows", rows: rows.slice(from, from + pageSize) } };
      from = Math.min(rows.length, from + pageSize);
      if (incremental) yield { type: "checkpoint", object, state: from };
    }
  }

  async function* readObject(
    object: string,
    request: ExtractRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ReaderEvent> {
    yield { type: "object", object: specOf(object) };
    const state = request.state[object];
    if (request.partition !== undefined) yield* readPart(object, request.partition.id, state, signal);
    else {
      const states: Record<string, Json> = { ...splitPartitionStates(state) };
      for (const id of Object.keys(objects[object] ?? {}))
        for await (const event of readPart(object, id, states[id], signal)) {
          if (event.type !== "checkpoint") yield event;
          else {
            states[id] = event.state;
            yield { ...event, state: joinPartitionStates(states) };
          }
        }
    }
    yield { type: "end", object };
  }

  return {
    requests,
    spec: {
      name: "divided",
      kind: "reader",
      version: "1.0.0",
      api: 1,
      objects: Object.keys(objects).map(specOf),
      partitions: true,
    },
    async openReader() {
      return {
        check: async () => ({ success: true, message: "ok" }),
        discover: async () => ({ objects: [], metadata: {} }),
        estimate: async () => null,
        async *extract(request: ExtractRequest, signal: AbortSignal) {
          requests.push(request);
          for (const object of request.objects) yield* readObject(object, request, signal);
        },
        partitions: async (request) =>
          request.objects.flatMap((object) =>
            Object.keys(objects[object] ?? {}).map((id): ReaderPartition => ({ object, id, params: {} })),
          ),
        close: async () => undefined,
      };
    },
    async openWriter(): Promise<never> {
      throw new Error("not a writer");
    },
    close: async () => undefined,
  };
}
