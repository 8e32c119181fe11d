import {
  DativoError,
  type ExtractRequest,
  type JsonBatch,
  NOT_IMPLEMENTED,
  type ReaderEvent,
  type ReaderInstance,
  type ReaderOpen,
  scanJsonRecords,
} from "@dativo/protocol";
import type { CallNote } from "../call/crash-note.js";
import { noteReleased, noteTaken } from "../call/ledger.js";
import { NativeCalls, nativeFault } from "../call/native-calls.js";
import { readerInput } from "./creator-input.js";
import type { V1Symbols } from "./v1-symbols.js";
import { takeText } from "./v1-text.js";

/** Times that a reader may return the same text in a row before it counts as one that never ends. */
const REPEATS = 1000;

/** A reader of ABI v1, which is created anew for each object, as it cannot say which one its records are of. */
export class V1Reader implements ReaderInstance {
  private readonly calls: NativeCalls;

  constructor(
    private readonly symbols: V1Symbols,
    private readonly creator: string,
    private readonly open: ReaderOpen,
    private readonly note: CallNote | undefined,
  ) {
    this.calls = new NativeCalls(note);
  }

  async check() {
    const message = "Native plugins of ABI v1 have no connection check.";
    return { success: false, message, error_code: NOT_IMPLEMENTED };
  }

  async discover() {
    return { objects: [], metadata: { note: "Native plugins of ABI v1 do not tell their objects." } };
  }

  async estimate(): Promise<null> {
    return null;
  }

  async *extract(request: ExtractRequest, signal: AbortSignal): AsyncGenerator<ReaderEvent, void> {
    const { objects } = request;
    const seen = new Map<string, JsonBatch>();
    for (const object of objects.length === 0 ? [this.open.defaultObject] : objects) {
      yield { type: "object", object: { name: object, incremental: false } };
      let first = true;
      for await (const data of this.batches(objects.length === 0 ? [] : [object], request, signal)) {
        if (first) this.warnOfSameObject(object, data, seen);
        first = false;
        yield { type: "batch", object, data };
      }
      if (signal.aborted) return;
      yield { type: "end", object };
    }
  }

  async close(): Promise<void> {
    if (await this.calls.idle()) this.note?.close();
  }

  /** The batches of one reader; the next is asked for while the last is used. */
  private async *batches(
    objects: readonly string[],
    request: ExtractRequest,
    signal: AbortSignal,
  ): AsyncGenerator<JsonBatch, void> {
    const { symbols, calls } = this;
    const reader = await this.create(objects);
    const next = () => {
      const asked = calls.run("extract_batch", symbols.extractBatch, reader);
      // Whoever leaves the stream meanwhile does not look at it any more.
      asked.catch(() => undefined);
      return asked;
    };
    const repeated = new RepeatedText();
    let ahead: ReturnType<typeof next> | undefined = next();
    try {
      while (!signal.aborted) {
        const pointer = await ahead;
        ahead = undefined;
        if (pointer === null) return;
        const text = takeText("extract_batch", pointer, symbols);
        // The reader works on while its text is looked at, unless that may be the end.
        if (text.length > END_BYTES) ahead = next();
        const data = batchOf(text);
        if (data === undefined) return;
        // With a limit it ends there, whatever the reader does.
        if (request.limit === undefined) repeated.check(data.text);
        ahead ??= next();
        yield data;
      }
    } finally {
      const left = await ahead?.catch(() => null);
      if (left) takeText("extract_batch", left, symbols);
      await this.free(reader);
    }
  }

  private async create(objects: readonly string[]) {
    const { symbols, calls, creator, open } = this;
    const reader = await calls.run(creator, symbols.create, readerInput(open.config, objects));
    if (reader === null)
      throw nativeFault(
        creator,
        "returned null: the plugin made no reader of its configuration",
        "Compare source.connection, source.credentials and source.engine with what the plugin expects.",
      );
    noteTaken("instances");
    return reader;
  }

  private async free(reader: bigint): Promise<void> {
    const { freeInstance } = this.symbols;
    if (freeInstance === undefined) return;
    await this.calls.run("free_reader", freeInstance, reader);
    noteReleased("instances");
  }

  private warnOfSameObject(object: string, data: JsonBatch, seen: Map<string, JsonBatch>): void {
    for (const [other, first] of seen)
      if (Buffer.compare(first.text, data.text) === 0)
        this.open.host.log({
          level: "warn",
          message: `The objects ${other} and ${object} begin with the same batch: the plugin seems not to heed the key objects, and both hold the same records.`,
        });
    seen.set(object, data);
  }
}

/** A batch of what `extract_batch` returned, or undefined at the end. */
function batchOf(text: Uint8Array): JsonBatch | undefined {
  const found = scanJsonRecords(text);
  if (found.kind === "invalid")
    throw nativeFault(
      "extract_batch",
      text.length === 0
        ? "returned an empty text, which is not JSON"
        : `returned a text that is not JSON, from byte ${found.offset} of ${text.length} on`,
      "Return a JSON array of records, and null or [] at the end.",
    );
  if (found.kind === "records") {
    const { count: recordCount, columns } = found;
    if (recordCount === 0) return undefined;
    return { form: "json", text, recordCount, ...(columns === undefined ? {} : { columns }) };
  }
  const first = new TextDecoder().decode(text.subarray(0, START_BYTES)).trimStart();
  // The literal null ends a stream like a null pointer does.
  if (first.startsWith("null")) return undefined;
  // Something among the records is none, which is looked at record by record.
  if (first.startsWith("[")) return { form: "json", text };
  throw nativeFault(
    "extract_batch",
    `returned ${first.startsWith("{") ? "a JSON object" : "a single JSON value"} instead of an array of records`,
    "Return a JSON array of records, and null or [] at the end.",
  );
}

/** Bytes up to which a text is looked at before the reader is asked for the next: `[]` and `null` are its end. */
const END_BYTES = 64;

/** Bytes in which a JSON text begins, whatever space is before it. */
const START_BYTES = 1024;

/** Notices a reader that returns the same text for ever, as one does that has no end. */
class RepeatedText {
  private last: Uint8Array | undefined;
  private repeats = 0;

  check(text: Uint8Array): void {
    this.repeats = this.last !== undefined && Buffer.compare(this.last, text) === 0 ? this.repeats + 1 : 0;
    this.last = text;
    if (this.repeats < REPEATS) return;
    throw new DativoError({
      code: "SOURCE_NOT_ADVANCING",
      message: `extract_batch returned the same text ${this.repeats} times in a row, byte for byte: the reader does not move on.`,
      hint: "Keep the position in the reader, and return null or [] when there is nothing left; --limit reads a part of an endless reader.",
      details: { native_call: "extract_batch", repeats: this.repeats },
    });
  }
}
