import { type ChildProcess, fork } from "node:child_process";
import type { PartitionCall, PartitionExecutor, PartitionReference, RunReport } from "@dativo/engine";
import { DativoError, type SerializedError } from "@dativo/protocol";
import type { FromWorker, ToWorker } from "./worker-messages.js";

/** How workers are started. */
export interface WorkerSettings {
  /** Absolute path of the script that a worker runs; it calls `servePartitions`. */
  readonly script: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Milliseconds that a worker has to end its part once the run was cancelled. */
const CANCEL_GRACE_MS = 10_000;

/** Characters of a worker's last words that an error shows. */
const LAST_WORDS = 2000;

/** Runs parts of a run in processes of their own, which are kept for further parts. */
export class WorkerPool implements PartitionExecutor {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();

  constructor(private readonly settings: WorkerSettings) {}

  /** @throws DativoError `WORKER_LOST` when the process ended before the part did, or what the worker throws */
  async run(partition: PartitionReference, call: PartitionCall): Promise<RunReport> {
    const worker = this.idle.pop() ?? this.start();
    const report = await worker.run(partition, call);
    if (worker.isAlive) this.idle.push(worker);
    return report;
  }

  async close(): Promise<void> {
    await Promise.all([...this.all].map((worker) => worker.end()));
  }

  private start(): Worker {
    const worker = new Worker(this.settings);
    this.all.add(worker);
    void worker.ended.then(() => {
      this.all.delete(worker);
      const at = this.idle.indexOf(worker);
      if (at >= 0) this.idle.splice(at, 1);
    });
    return worker;
  }
}

/** One worker process; it runs one part at a time. */
class Worker {
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private lastWords = "";
  private listener: ((message: FromWorker) => void) | undefined;
  private lost: ((error: DativoError) => void) | undefined;

  constructor({ script, arguments: words, cwd, env }: WorkerSettings) {
    this.child = fork(script, [...words], { cwd, env, stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.lastWords = (this.lastWords + text).slice(-LAST_WORDS);
    });
    this.child.on("message", (message) => this.listener?.(message as FromWorker));
    this.ended = new Promise((resolve) => {
      this.child.on("error", (error) => {
        this.lastWords += error.message;
        if (this.child.pid === undefined) this.gone(null, null, resolve);
      });
      this.child.on("close", (code, signal) => this.gone(code, signal, resolve));
    });
  }

  get isAlive(): boolean {
    return this.child.connected && this.child.exitCode === null && this.child.signalCode === null;
  }

  async run(partition: PartitionReference, call: PartitionCall): Promise<RunReport> {
    let grace: NodeJS.Timeout | undefined;
    const cancel = () => {
      this.tell({ type: "cancel" });
      grace = setTimeout(() => this.child.kill("SIGKILL"), CANCEL_GRACE_MS);
    };
    try {
      return await new Promise<RunReport>((resolve, reject) => {
        this.lost = reject;
        this.listener = (message) => {
          if (message.type === "progress") call.onProgress?.(message.progress);
          else if (message.type === "log") call.onLog?.(message.record);
          else if (message.type === "report") resolve(message.report);
          else reject(DativoError.fromJSON(message.error as SerializedError));
        };
        this.tell({ type: "run", partition, showsProgress: call.onProgress !== undefined });
        if (call.signal.aborted) cancel();
        else call.signal.addEventListener("abort", cancel, { once: true });
      });
    } finally {
      call.signal.removeEventListener("abort", cancel);
      clearTimeout(grace);
      this.listener = undefined;
      this.lost = undefined;
    }
  }

  /** Lets an idle worker go, and ends one that is not. */
  async end(): Promise<void> {
    this.tell({ type: "end" });
    await this.ended;
  }

  /** A worker that cannot be told anything is about to be found gone. */
  private tell(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private gone(code: number | null, signal: NodeJS.Signals | null, resolve: () => void): void {
    const how = signal === null ? `with exit code ${code ?? "unknown"}` : `by ${signal}`;
    const words = this.lastWords.trim();
    this.lost?.(
      new DativoError({
        code: "WORKER_LOST",
        message: `The process ${this.child.pid ?? ""} that ran a part of the run ended ${how}.${words === "" ? "" : ` Its last words: ${words}`}`,
        details: { pid: this.child.pid ?? null, exit_code: code, signal },
      }),
    );
    resolve();
  }
}
