import type { BatchData, ExtractRequest, Json, ObjectSpec, Plugin, ReaderEvent, Row } from "@dativo/protocol";
import { DativoError } from "@dativo/protocol";
import { NUMBERED } from "./test-job.js";

/** One object of a reader over data in memory; its position is the number of records read. */
export interface PagedObject {
  readonly rows: readonly unknown[];
  readonly pageSize?: number;
  /** Pages between two checkpoints; 0 for none. */
  readonly checkpointEvery?: number;
  readonly spec?: Partial<ObjectSpec>;
  /** Turns a page into a batch. */
  readonly batch?: (rows: readonly Row[]) => BatchData;
  /** Called before each page; may throw, wait, or count. */
  readonly beforePage?: (from: number, signal: AbortSignal) => void | Promise<void>;
  readonly filtered?: number;
}

/** A reader over data in memory; `interleaved` yields a page of each object in turn. */
export function pagedReader(
  objects: Readonly<Record<string, PagedObject>>,
  options: { readonly interleaved?: boolean; readonly declared?: boolean } = {},
): Plugin & { readonly requests: ExtractRequest[]; opened: number; closed: number } {
  const specOf = (name: string): ObjectSpec => ({
    name,
    incremental: true,
    schema: NUMBERED,
    ...objects[name]?.spec,
  });
  const requests: ExtractRequest[] = [];
  const plugin = {
    requests,
    opened: 0,
    closed: 0,
    spec: {
      name: "paged",
      kind: "reader" as const,
      version: "1.0.0",
      api: 1,
      ...(options.declared === false ? {} : { objects: Object.keys(objects).map(specOf) }),
    },
    async openReader() {
      plugin.opened += 1;
      return {
        check: async () => ({ success: true, message: "ok" }),
        discover: async () => ({
          objects: Object.keys(objects).map((name) => ({ name, type: "list" })),
          metadata: {},
        }),
        estimate: async () => null,
        extract(request: ExtractRequest, signal: AbortSignal) {
          requests.push(request);
          const names = request.objects.length === 0 ? Object.keys(objects) : request.objects;
          const streams = names.map((name) =>
            readObject(specOf(name), objects[name], request.state[name], signal),
          );
          return options.interleaved === true ? inTurn(streams) : oneByOne(streams);
        },
        async close() {
          plugin.closed += 1;
        },
      };
    },
    async openWriter(): Promise<never> {
      throw new Error("not a writer");
    },
    close: async () => undefined,
  };
  return plugin;
}

async function* readObject(
  spec: ObjectSpec,
  object: PagedObject | undefined,
  state: Json | undefined,
  signal: AbortSignal,
): AsyncGenerator<ReaderEvent, void> {
  if (object === undefined) throw new DativoError({ code: "OBJECT_NOT_FOUND", message: `no ${spec.name}` });
  const {
    rows,
    pageSize = 10,
    checkpointEvery = 1,
    batch = (page) => ({ form: "rows", rows: page }),
  } = object;
  yield { type: "object", object: spec };
  let from = typeof state === "number" ? state : 0;
  if (object.filtered !== undefined)
    yield { type: "batch", object: spec.name, data: { form: "rows", rows: [] }, filtered: object.filtered };
  for (let page = 1; from < rows.length; page += 1) {
    await object.beforePage?.(from, signal);
    signal.throwIfAborted();
    const next = rows.slice(from, from + pageSize) as Row[];
    yield { type: "batch", object: spec.name, data: batch(next) };
    from += next.length;
    if (checkpointEvery > 0 && page % checkpointEvery === 0)
      yield { type: "checkpoint", object: spec.name, state: from };
  }
  if (checkpointEvery > 0) yield { type: "checkpoint", object: spec.name, state: from };
  yield { type: "end", object: spec.name };
}

async function* oneByOne<T>(streams: readonly AsyncGenerator<T, void>[]): AsyncGenerator<T, void> {
  for (const stream of streams) yield* stream;
}

async function* inTurn<T>(streams: readonly AsyncGenerator<T, void>[]): AsyncGenerator<T, void> {
  let open = [...streams];
  while (open.length > 0) {
    const still: AsyncGenerator<T, void>[] = [];
    for (const stream of open) {
      const next = await stream.next();
      if (next.done === true) continue;
      yield next.value;
      still.push(stream);
    }
    open = still;
  }
}
