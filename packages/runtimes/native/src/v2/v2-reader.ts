import {
  ARROW_ARRAY,
  ARROW_SCHEMA,
  allocateWords,
  type ColumnBatchImporter,
  callRelease,
  importArrowSchema,
} from "@dativo/columnar";
import {
  type ConnectionTestResult,
  type DiscoveryResult,
  type ExtractRequest,
  keepState,
  type NativeBatch,
  type ObjectSpec,
  type PartitionsRequest,
  parseLosslessJson,
  type ReaderEvent,
  type ReaderInstance,
  type ReaderPartition,
  restoreState,
} from "@dativo/protocol";
import { toWire } from "@dativo/runtime-host";
import { noteReleased, noteTaken } from "../call/ledger.js";
import { nativeFault } from "../call/native-calls.js";
import { BUFFER_WORDS, parseAnswer, takeBytes } from "./v2-buffer.js";
import type { V2Instance } from "./v2-instance.js";

/** Places of the members of a `DativoEvent`, in 64-bit words. */
const EVENT = {
  kind: 0,
  header: 1,
  schema: 1 + BUFFER_WORDS,
  array: 1 + BUFFER_WORDS + ARROW_SCHEMA.words,
  words: 1 + BUFFER_WORDS + ARROW_SCHEMA.words + ARROW_ARRAY.words,
} as const;

const KINDS = { object: 1n, batch: 2n, checkpoint: 3n, objectEnd: 4n, end: 5n } as const;

/** What the header of an event says, whatever its kind. */
interface Header {
  readonly object?: unknown;
  readonly state?: unknown;
  readonly filtered?: number;
  readonly deduplicated?: number;
}

/** A reader of ABI v2. */
export class V2Reader implements ReaderInstance {
  /** Batches that nobody has released yet. */
  private readonly outstanding = new Set<NativeBatch>();

  constructor(private readonly instance: V2Instance) {}

  async check(): Promise<ConnectionTestResult> {
    return (await this.instance.call("check")) as ConnectionTestResult;
  }

  async discover(): Promise<DiscoveryResult> {
    return (await this.instance.call("discover")) as DiscoveryResult;
  }

  async estimate(request: ExtractRequest): Promise<number | null> {
    return (await this.instance.call("estimate", wireOf(request))) as number | null;
  }

  async partitions(request: PartitionsRequest): Promise<readonly ReaderPartition[]> {
    return (await this.instance.call("partitions", wireOf(request))) as readonly ReaderPartition[];
  }

  /** The events of one extraction; the next is asked for while the last is looked at and used. */
  async *extract(request: ExtractRequest, signal: AbortSignal): AsyncGenerator<ReaderEvent, void> {
    const { instance } = this;
    await instance.call("extract", { ...wireOf(request), batch_states: true });
    signal.addEventListener("abort", instance.cancel, { once: true });
    const importers = new Map<string, ColumnBatchImporter>();
    let ahead: Promise<BigUint64Array> | undefined = this.next();
    let isWrong = false;
    try {
      for (;;) {
        const words: BigUint64Array = await ahead;
        ahead = hasNext(words) ? this.next() : undefined;
        isWrong = true;
        const events = this.eventsOf(words, importers);
        isWrong = false;
        if (ahead === undefined) return;
        yield* events;
      }
    } finally {
      signal.removeEventListener("abort", instance.cancel);
      if (ahead !== undefined) {
        instance.cancel();
        const left = ahead.then(
          (words) => this.discard(words),
          () => undefined,
        );
        // What is wrong with an event is said at once, whatever the plugin is doing.
        if (!isWrong) await left;
      }
    }
  }

  async close(): Promise<void> {
    for (const batch of this.outstanding) batch.release();
    await this.instance.close();
  }

  private next(): Promise<BigUint64Array> {
    const words = allocateWords(EVENT.words);
    const asked = this.instance.next(words).then(() => words);
    // Whoever leaves the stream meanwhile does not look at it any more.
    asked.catch(() => undefined);
    return asked;
  }

  /** Takes what an event holds, or gives back what was taken before it turned out to be wrong; none is the end. */
  private eventsOf(words: BigUint64Array, importers: Map<string, ColumnBatchImporter>): ReaderEvent[] {
    const array = this.takeArray(words);
    try {
      const bytes = takeBytes(words.subarray(EVENT.header, EVENT.header + BUFFER_WORDS), this.instance.table);
      const importer = takeSchema(words);
      const header = bytes.length === 0 ? {} : (parseAnswer("next", bytes, parseLosslessJson) as Header);
      switch (words[EVENT.kind]) {
        case KINDS.object:
          return [{ type: "object", object: header.object as ObjectSpec }];
        case KINDS.batch: {
          const object = nameOf(header);
          if (importer !== undefined) importers.set(object, importer);
          const known = importers.get(object);
          if (known === undefined)
            throw nativeFault("next", `handed over the first batch of "${object}" without its schema`);
          const { filtered, deduplicated } = header;
          const counts = {
            ...(filtered === undefined ? {} : { filtered }),
            ...(deduplicated === undefined ? {} : { deduplicated }),
          };
          const batch = { type: "batch", object, data: array.adopt(known), ...counts } as const;
          return header.state === undefined ? [batch] : [batch, checkpointOf(header)];
        }
        case KINDS.checkpoint:
          return [checkpointOf(header)];
        case KINDS.objectEnd:
          return [{ type: "end", object: nameOf(header) }];
        case KINDS.end:
          return [];
        default:
          throw nativeFault("next", `handed over an event of the unknown kind ${words[EVENT.kind]}`);
      }
    } finally {
      array.releaseUnlessAdopted();
    }
  }

  /** The array of an event, which is released exactly once: by who adopts it, or here. */
  private takeArray(words: BigUint64Array) {
    const array = allocateWords(ARROW_ARRAY.words);
    array.set(words.subarray(EVENT.array, EVENT.array + ARROW_ARRAY.words));
    let isOpen = array[ARROW_ARRAY.release] !== 0n;
    if (isOpen) noteTaken("arrays");
    return {
      adopt: (importer: ColumnBatchImporter) => {
        if (!isOpen) throw nativeFault("next", "handed over a batch without an array");
        isOpen = false;
        let batch: NativeBatch | undefined;
        const data = importer.adopt(array, () => {
          noteReleased("arrays");
          if (batch !== undefined) this.outstanding.delete(batch);
        });
        if (data.form === "native") {
          batch = data;
          this.outstanding.add(data);
        }
        return data;
      },
      releaseUnlessAdopted: () => {
        if (!isOpen) return;
        isOpen = false;
        callRelease(array[ARROW_ARRAY.release] as bigint, array);
        noteReleased("arrays");
      },
    };
  }

  private discard(words: BigUint64Array): void {
    this.takeArray(words).releaseUnlessAdopted();
    const schema = schemaWords(words);
    if (schema !== undefined) {
      noteTaken("schemas");
      callRelease(schema[ARROW_SCHEMA.release] as bigint, schema);
      noteReleased("schemas");
    }
    takeBytes(words.subarray(EVENT.header, EVENT.header + BUFFER_WORDS), this.instance.table);
  }
}

/** Whether the plugin may be asked for another event after this one. */
function hasNext(words: BigUint64Array): boolean {
  const kind = words[EVENT.kind] as bigint;
  return kind >= KINDS.object && kind < KINDS.end;
}

function takeSchema(words: BigUint64Array): ColumnBatchImporter | undefined {
  const schema = schemaWords(words);
  if (schema === undefined) return undefined;
  noteTaken("schemas");
  try {
    return importArrowSchema(schema);
  } finally {
    noteReleased("schemas");
  }
}

function schemaWords(words: BigUint64Array): BigUint64Array | undefined {
  const schema = allocateWords(ARROW_SCHEMA.words);
  schema.set(words.subarray(EVENT.schema, EVENT.schema + ARROW_SCHEMA.words));
  return schema[ARROW_SCHEMA.release] === 0n ? undefined : schema;
}

/** A request as the plugin reads it: positions with the digits that it wrote. */
function wireOf(request: ExtractRequest | PartitionsRequest) {
  const state = Object.entries(request.state).map(([object, kept]) => [object, restoreState(kept)]);
  return toWire({ ...request, state: Object.fromEntries(state) });
}

function checkpointOf(header: Header): ReaderEvent {
  return { type: "checkpoint", object: nameOf(header), state: keepState(header.state ?? null) };
}

function nameOf({ object }: Header): string {
  if (typeof object === "string") return object;
  throw nativeFault("next", "handed over an event that does not name its object");
}
