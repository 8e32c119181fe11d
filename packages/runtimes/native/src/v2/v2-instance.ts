import { allocateWords, type Pointer } from "@dativo/columnar";
import {
  DativoError,
  LOG_LEVELS,
  type LogLevel,
  type LogRecord,
  type PluginSpec,
  stringifyLosslessJson,
} from "@dativo/protocol";
import type { CallNote } from "../call/crash-note.js";
import { noteReleased, noteTaken } from "../call/ledger.js";
import { NativeCalls, nativeFault } from "../call/native-calls.js";
import { emptyBuffer, parseAnswer, takeBytes } from "./v2-buffer.js";
import { KIND_BITS, type V2Table } from "./v2-table.js";

/** Milliseconds between looks at what a plugin logs during a call. */
const LOG_INTERVAL_MS = 250;

/** What an instance is opened with. */
export interface V2Open {
  readonly table: V2Table;
  readonly kind: PluginSpec["kind"];
  readonly request: unknown;
  readonly signal: AbortSignal;
  readonly log: (record: LogRecord) => void;
  readonly note: CallNote | undefined;
}

/** An open reader or writer of ABI v2, and the calls into it. */
export class V2Instance {
  private isOpen = true;
  /** Where the plugin puts its log lines; it is asked for them after every call. */
  private readonly logs = emptyBuffer();
  private readonly timer: NodeJS.Timeout;

  private constructor(
    readonly table: V2Table,
    private readonly pointer: Pointer,
    private readonly calls: NativeCalls,
    private readonly open: V2Open,
  ) {
    noteTaken("instances");
    this.timer = setInterval(() => this.takeLogs(), LOG_INTERVAL_MS);
    this.timer.unref();
    open.signal.addEventListener("abort", this.cancel, { once: true });
  }

  /** @throws DativoError what the plugin says */
  static async open(open: V2Open): Promise<V2Instance> {
    const { table, kind, note } = open;
    const calls = new NativeCalls(note);
    const request = encode(open.request);
    const slot = allocateWords(1);
    const out = emptyBuffer();
    const status = await calls.run("open", table.open, KIND_BITS[kind], request, request.length, slot, out);
    const answer = takeBytes(out, table);
    if (status !== 0) throw errorOf("open", answer);
    if (slot[0] === 0n) throw nativeFault("open", "said that it succeeded, and gave no instance");
    return new V2Instance(table, slot[0] as Pointer, calls, open);
  }

  /** Calls an operation that is answered in JSON. */
  async call(operation: string, request: unknown = {}): Promise<unknown> {
    const { call } = this.table;
    const [name, body, out] = [encodeText(operation), encode(request), emptyBuffer()];
    const status = await this.calls.run(
      operation,
      call,
      this.pointer,
      name,
      name.length,
      body,
      body.length,
      out,
    );
    return this.answer(operation, status, out);
  }

  /** Asks for the next event of an extraction; the words are a `DativoEvent` to be filled. */
  async next(event: BigUint64Array): Promise<void> {
    const { next } = this.table;
    if (next === undefined) throw nativeFault("next", "is missing in the table of the plugin");
    const out = emptyBuffer();
    const status = await this.calls.run("next", next, this.pointer, event, out);
    const bytes = takeBytes(out, this.table);
    this.takeLogs();
    if (status !== 0) throw errorOf("next", bytes);
  }

  /** Hands a batch over; the structures are moved out of what is given. */
  async write(request: Uint8Array, schema: BigUint64Array, array: BigUint64Array): Promise<unknown> {
    const { write } = this.table;
    if (write === undefined) throw nativeFault("write", "is missing in the table of the plugin");
    const out = emptyBuffer();
    const status = await this.calls.run(
      "write",
      write,
      this.pointer,
      request,
      request.length,
      schema,
      array,
      out,
    );
    return this.answer("write", status, out);
  }

  /** Asks what is running to stop. */
  readonly cancel = (): void => {
    if (this.isOpen) this.table.cancel(this.pointer);
  };

  async close(): Promise<void> {
    if (!this.isOpen) return;
    clearInterval(this.timer);
    if (!(await this.calls.idle())) return;
    this.isOpen = false;
    this.open.signal.removeEventListener("abort", this.cancel);
    this.readLogs();
    await this.calls.run("close", this.table.close, this.pointer);
    noteReleased("instances");
    this.open.note?.close();
  }

  private answer(call: string, status: number, out: BigUint64Array): unknown {
    const bytes = takeBytes(out, this.table);
    this.takeLogs();
    if (status !== 0) throw errorOf(call, bytes);
    return bytes.length === 0 ? null : parseAnswer(call, bytes);
  }

  private takeLogs(): void {
    if (this.isOpen) this.readLogs();
  }

  private readLogs(): void {
    const { takeLogs } = this.table;
    if (takeLogs === undefined) return;
    const status = takeLogs(this.pointer, this.logs);
    if (status === 0 && this.logs[0] === 0n) return;
    const bytes = takeBytes(this.logs, this.table);
    this.logs.fill(0n);
    if (status !== 0 || bytes.length === 0) return;
    for (const line of new TextDecoder().decode(bytes).split("\n"))
      if (line !== "") this.open.log(logRecord(line));
  }
}

function encode(request: unknown): Uint8Array {
  return encodeText(stringifyLosslessJson(request));
}

/** UTF-8 in memory that stays where it is while a call on another thread reads it. */
export function encodeText(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** The error that a plugin answered with. */
function errorOf(call: string, bytes: Uint8Array): DativoError {
  const answer = parseAnswer(call, bytes) as Readonly<Record<string, unknown>> | null;
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const code = text(answer?.error_code) ?? text(answer?.code);
  const message = text(answer?.message);
  if (answer === null || message === undefined)
    return nativeFault(call, "failed, and answered with no error that has a message");
  const details = answer.details;
  return new DativoError({
    code: code ?? "PLUGIN_ERROR",
    message,
    ...(typeof answer.retryable === "boolean" ? { retryable: answer.retryable } : {}),
    hint: text(answer.hint),
    ...(typeof answer.retry_after === "number" ? { retryAfterSeconds: answer.retry_after } : {}),
    details: {
      ...(typeof details === "object" && details !== null ? details : {}),
      native_call: call,
    },
  });
}

function logRecord(line: string): LogRecord {
  try {
    const { level, message, fields } = JSON.parse(line) as Partial<LogRecord>;
    const known = LOG_LEVELS.includes(level as LogLevel) ? (level as LogLevel) : "info";
    return { level: known, message: String(message), ...(fields === undefined ? {} : { fields }) };
  } catch {
    return { level: "info", message: line };
  }
}
