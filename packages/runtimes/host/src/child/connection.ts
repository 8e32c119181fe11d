import {
  assertContractVersion,
  type BatchData,
  CONTRACT_VERSION,
  DativoError,
  FRAME,
  FRAME_PROTOCOL_VERSION,
  type Frame,
  isDativoError,
  type LogRecord,
  type Placement,
  type Redactor,
} from "@dativo/protocol";
import { LogThrottle } from "../guard/log-throttle.js";
import { batchFrame } from "../wire/batch-frame.js";
import { FrameChannel, protocolError } from "../wire/frame-channel.js";
import type { Wire } from "../wire/key-case.js";
import { canShare } from "../wire/shared-payload.js";
import { CallOutput } from "./call-output.js";
import { crashError } from "./crash-error.js";
import { PluginProcess, type PluginProgram } from "./plugin-process.js";

/** Milliseconds that the process has to end by itself once its stream was closed. */
const CLOSE_GRACE_MS = 2000;

/** How a plugin's process is started, and where its output goes. */
export interface ConnectionOptions {
  /** Name of the plugin, for messages. */
  readonly plugin: string;
  readonly program: PluginProgram;
  readonly placement: Placement;
  readonly redactor: Redactor;
  readonly log: (record: LogRecord) => void;
}

/** Who waits for the frames of a call. */
export interface PendingCall {
  readonly operation: string;
  readonly frame: (frame: Frame) => void;
  readonly fail: (error: DativoError) => void;
}

/** A call that is under way. */
export interface OpenCall<T> {
  /** Number of the call, which cancelling it names. */
  readonly id: number;
  readonly answer: Promise<T>;
}

/** A plugin's process and the calls into it. */
export class Connection {
  private readonly process: PluginProcess;
  private readonly channel: FrameChannel;
  private readonly calls = new Map<number, PendingCall>();
  private nextId = 1;
  private isDead = false;
  private isClosing = false;
  private shares: boolean | undefined;
  private readonly throttle: LogThrottle;
  private readonly output = new CallOutput();
  /** Name of the plugin, for messages; its reference until it is loaded. */
  plugin: string;

  constructor(private readonly options: ConnectionOptions) {
    this.plugin = options.plugin;
    this.throttle = new LogThrottle(options.plugin, options.log);
    this.process = new PluginProcess(options.program, options.placement, (level, message) => {
      this.throttle.push({ level, message, source: this.plugin });
      if (options.program.native === true && level === "warn") this.output.add(message);
    });
    this.channel = new FrameChannel(this.process.stream, {
      frame: (frame) => this.take(frame),
      closed: (error) => void this.die(error),
    });
    this.channel.send({
      type: FRAME.hello,
      header: { protocol: FRAME_PROTOCOL_VERSION, api: CONTRACT_VERSION, name: "dativo" },
    });
  }

  /** Whether the process has ended, or is about to. */
  get dead(): boolean {
    return this.isDead;
  }

  /** Whether payloads may come through memory. */
  get sharesMemory(): boolean {
    this.shares ??= this.options.program.sharesMemory === true && canShare(this.process.pid);
    return this.shares;
  }

  /** Number of the process; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Calls an operation that answers once. */
  async call(operation: string, params: Wire, signal: AbortSignal, data?: BatchData): Promise<unknown> {
    return await this.open(operation, params, signal, data).answer;
  }

  /** Like `call`, for those who need the number of the call. */
  open(operation: string, params: Wire, signal: AbortSignal, data?: BatchData): OpenCall<unknown> {
    const id = this.nextId++;
    const cancel = () => this.cancel(id);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.begin(id, {
        operation,
        frame: (frame) => {
          if (frame.type === FRAME.result) resolve(frame.header.value);
          else reject(protocolError(`A ${operation} call was answered with a frame of type ${frame.type}.`));
        },
        fail: reject,
      });
      signal.addEventListener("abort", cancel, { once: true });
      this.send(id, operation, params, data).catch(reject);
    });
    const settled = () => {
      signal.removeEventListener("abort", cancel);
      this.finish(id);
    };
    answer.then(settled, settled);
    return { id, answer };
  }

  /** Registers who waits for the frames of a call, for calls that are answered with a stream. */
  stream(call: PendingCall, params: Wire): number {
    const id = this.nextId++;
    this.begin(id, call);
    this.channel.send({ type: FRAME.call, header: { id, operation: call.operation, params } });
    return id;
  }

  /** Lets a stream send more batches. */
  grant(id: number, batches: number): void {
    this.channel.send({ type: FRAME.credit, header: { id, batches } });
  }

  /** Says that a call, or what it opened, is no longer wanted. */
  cancel(id: number): void {
    this.channel.send({ type: FRAME.cancel, header: { id } });
  }

  /** Says that nobody waits for a call any more. */
  finish(id: number): void {
    this.calls.delete(id);
    this.output.end(id);
    if (this.calls.size === 0) this.process.setIdle(true);
  }

  /** Ends the process at once. */
  kill(): void {
    this.isDead = true;
    this.process.kill();
  }

  /** Lets the process end by itself, and ends it when it does not. */
  async close(): Promise<void> {
    this.isDead = true;
    this.isClosing = true;
    this.channel.end();
    const timer = setTimeout(() => this.process.kill(), CLOSE_GRACE_MS);
    this.process.setIdle(false);
    await this.process.ended;
    clearTimeout(timer);
  }

  private begin(id: number, call: PendingCall): void {
    if (this.calls.size === 0) this.process.setIdle(false);
    this.calls.set(id, call);
    this.output.begin(id);
    if (this.isDead) void this.die(undefined);
  }

  private async send(
    id: number,
    operation: string,
    params: Wire,
    data: BatchData | undefined,
  ): Promise<void> {
    const batch = data === undefined ? undefined : await batchFrame({ id, sequence: 0, object: "" }, data);
    this.channel.send({ type: FRAME.call, header: { id, operation, params } });
    if (batch !== undefined) await this.channel.sendFlowing(batch);
  }

  private take(frame: Frame): void {
    if (frame.type === FRAME.hello) {
      this.greet(frame.header);
    } else if (frame.type === FRAME.log) {
      this.options.log(frame.header);
    } else if (frame.type === FRAME.error) {
      const error = DativoError.fromJSON(frame.header.error);
      const { id } = frame.header;
      for (const [callId, call] of this.calls)
        if (id === undefined || id === callId)
          void this.output.explain(callId, error, this.options.redactor).then(call.fail);
    } else if ("id" in frame.header && frame.header.id !== undefined) {
      this.calls.get(frame.header.id)?.frame(frame);
    }
  }

  private greet(header: { readonly name: string; readonly api: number; readonly protocol: number }): void {
    try {
      if (header.protocol !== FRAME_PROTOCOL_VERSION)
        throw protocolError(
          `${header.name} speaks version ${header.protocol} of the frames; this Dativo speaks ${FRAME_PROTOCOL_VERSION}.`,
        );
      assertContractVersion(header);
      this.process.startMemoryWatch();
    } catch (error) {
      for (const call of this.calls.values()) call.fail(error as DativoError);
      this.kill();
    }
  }

  /** Fails what waits for an answer, once it is known how the process ended. */
  private async die(cause: unknown): Promise<void> {
    this.isDead = true;
    // Without its stream a process is of no use, even when it still runs.
    if (!this.isClosing) this.process.kill();
    const end = await this.process.ended;
    this.throttle.report();
    // A process that dies while it writes leaves half a frame: why it died says more than that the frame is cut off.
    const breach = isDativoError(cause) && cause.code !== "UNEXPECTED_END" ? cause : undefined;
    for (const call of this.calls.values())
      call.fail(breach ?? crashError(this.plugin, call.operation, end, this.crashOptions()));
  }

  private crashOptions() {
    return { redactor: this.options.redactor, memoryLimitMb: this.options.placement.memoryLimitMb };
  }
}
