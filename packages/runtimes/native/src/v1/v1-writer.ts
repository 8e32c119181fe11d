import { rm } from "node:fs/promises";
import { resolve, sep } from "node:path";
import {
  type AbortRequest,
  type CommitRequest,
  type FileMetadata,
  fileMetadataSchema,
  NOT_IMPLEMENTED,
  type WriteRequest,
  type WriteResult,
  type WriterInstance,
  type WriterOpen,
} from "@dativo/protocol";
import type { CallNote } from "../call/crash-note.js";
import { noteReleased, noteTaken } from "../call/ledger.js";
import { NativeCalls, nativeFault } from "../call/native-calls.js";
import { writerInput } from "./creator-input.js";
import type { V1Symbols } from "./v1-symbols.js";
import { takeText } from "./v1-text.js";

/** A writer of ABI v1: what it wrote is visible at once, so that its commit has nothing to do. */
export class V1Writer implements WriterInstance {
  private readonly calls: NativeCalls;
  private readonly inputs = new BatchInputs();
  private writer: bigint | undefined;

  constructor(
    private readonly symbols: V1Symbols,
    private readonly creator: string,
    private readonly open: WriterOpen,
    private readonly note: CallNote | undefined,
  ) {
    this.calls = new NativeCalls(note);
  }

  async check() {
    const message = "Native plugins of ABI v1 have no connection check.";
    return { success: false, message, error_code: NOT_IMPLEMENTED };
  }

  async write({ data, fileCounter }: WriteRequest): Promise<WriteResult> {
    if (data.form !== "json") throw nativeFault("write_batch", `takes JSON text, not ${data.form}`);
    const { symbols, calls } = this;
    const writer = await this.created();
    const input = this.inputs.take(data.text, fileCounter);
    const returned = await calls
      .run("write_batch", symbols.writeBatch, writer, input)
      .finally(() => this.inputs.giveBack(input));
    if (returned === null)
      throw nativeFault(
        "write_batch",
        "returned null for a batch with records: nothing says that they were written",
        "Return a JSON array of file metadata, [] when there is no file yet.",
      );
    return { files: filesOf(takeText("write_batch", returned, symbols)) };
  }

  async flush(): Promise<WriteResult> {
    return { files: [] };
  }

  async commit({ files }: CommitRequest) {
    return { status: "success", files_added: files.length };
  }

  /** Removes the files named that are inside the output folder; of others only the plugin knows what they are. */
  async abort(request: AbortRequest): Promise<void> {
    if (request.scope === "run") return;
    const base = resolve(this.open.outputBase) + sep;
    for (const { path } of request.files) {
      const file = resolve(this.open.outputBase, path);
      if (file.startsWith(base)) await rm(file, { force: true });
    }
  }

  async close(): Promise<void> {
    if (!(await this.calls.idle())) return;
    const { writer, symbols } = this;
    this.writer = undefined;
    if (writer !== undefined && symbols.freeInstance !== undefined) {
      await this.calls.run("free_writer", symbols.freeInstance, writer);
      noteReleased("instances");
    }
    this.note?.close();
  }

  private async created(): Promise<bigint> {
    if (this.writer !== undefined) return this.writer;
    const { config, asset, outputBase } = this.open;
    const input = writerInput(config, asset, outputBase);
    const writer = await this.calls.run(this.creator, this.symbols.create, input);
    if (writer === null)
      throw nativeFault(
        this.creator,
        "returned null: the plugin made no writer of its configuration",
        "Compare target.connection and target.engine with what the plugin expects.",
      );
    noteTaken("instances");
    this.writer = writer;
    return writer;
  }
}

const BEFORE = Buffer.from('{"records":');

/**
 * `{"records": […], "file_counter": n}` with a terminating NUL, around a text that is not looked at.
 *
 * The memory is used again, since large buffers that come and go make V8 collect garbage for nothing.
 */
class BatchInputs {
  private free: Uint8Array | undefined;

  /** Memory that is the caller's until it gives it back. */
  take(records: Uint8Array, fileCounter: number): Uint8Array {
    const after = Buffer.from(`,"file_counter":${fileCounter}}\0`);
    const size = BEFORE.length + records.length + after.length;
    const { free } = this;
    this.free = undefined;
    const input =
      free !== undefined && free.length >= size ? free : Buffer.allocUnsafeSlow(size + (size >> 3));
    input.set(BEFORE);
    input.set(records, BEFORE.length);
    input.set(after, BEFORE.length + records.length);
    return input;
  }

  giveBack(input: Uint8Array): void {
    this.free = input;
  }
}

function filesOf(text: Uint8Array): FileMetadata[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(text));
  } catch (cause) {
    throw nativeFault("write_batch", `returned a text that is not JSON: ${(cause as Error).message}`);
  }
  const files = fileMetadataSchema.array().safeParse(value);
  if (files.success) return files.data;
  const [issue] = files.error.issues;
  throw nativeFault(
    "write_batch",
    `returned something other than an array of file metadata: ${issue?.message ?? ""} at ${issue?.path.join(".") || "the top"}`,
    'Return [{"path": "…", "size_bytes": 1}], one object a file.',
  );
}
