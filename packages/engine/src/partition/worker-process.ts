import { type ChildProcess, fork } from "node:child_process";
import { DativoError, type SerializedError } from "@dativo/protocol";
import type { RunReport } from "../report/run-report.js";
import type { PartitionCall, PartitionReference } from "./coordinator.js";
import type { FromWorker, ToWorker } from "./worker-messages.js";

/** How a worker is started. */
export interface WorkerSettings {
  /** Absolute path of the script that a worker runs; it calls `servePartitions`. */
  readonly script: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Milliseconds that a worker has to end its parts once the run was cancelled. */
const CANCEL_GRACE_MS = 10_000;

/** Characters of a worker's last words that an error shows. */
const LAST_WORDS = 2000;

/** A part that the worker runs. */
interface RunningPart {
  readonly call: PartitionCall;
  readonly resolve: (report: RunReport) => void;
  readonly reject: (error: DativoError) => void;
}

/** One worker process, and the parts that it runs. */
export class WorkerProcess {
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private readonly running = new Map<string, RunningPart>();
  private lastWords = "";

  constructor({ script, arguments: words, cwd, env }: WorkerSettings) {
    this.child = fork(script, [...words], {
      cwd,
      env,
      // What this process was started with, such as a debugger's port, is not for others.
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.lastWords = (this.lastWords + text).slice(-LAST_WORDS);
    });
    this.child.on("message", (message) => this.take(message as FromWorker));
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        this.lose(code, signal);
        resolve();
      };
      this.child.on("error", (error) => {
        this.lastWords += error.message;
        if (this.child.pid === undefined) end(null, null);
      });
      this.child.on("close", end);
    });
  }

  get isAlive(): boolean {
    return this.child.connected && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Parts that it runs. */
  get busy(): number {
    return this.running.size;
  }

  async run(partition: PartitionReference, call: PartitionCall): Promise<RunReport> {
    const { name } = partition;
    let grace: NodeJS.Timeout | undefined;
    const cancel = () => {
      this.tell({ type: "cancel", part: name });
      grace = setTimeout(() => this.child.kill("SIGKILL"), CANCEL_GRACE_MS);
    };
    try {
      return await new Promise<RunReport>((resolve, reject) => {
        this.running.set(name, { call, resolve, reject });
        this.tell({ type: "run", partition, showsProgress: call.onProgress !== undefined });
        if (call.signal.aborted) cancel();
        else call.signal.addEventListener("abort", cancel, { once: true });
      });
    } finally {
      call.signal.removeEventListener("abort", cancel);
      clearTimeout(grace);
      this.running.delete(name);
    }
  }

  /** Lets the process go. */
  async end(): Promise<void> {
    this.tell({ type: "end" });
    await this.ended;
  }

  private take(message: FromWorker): void {
    const part = this.running.get(message.part);
    if (part === undefined) return;
    if (message.type === "progress") part.call.onProgress?.(message.progress);
    else if (message.type === "log") part.call.onLog?.(message.record);
    else if (message.type === "report") part.resolve(message.report);
    else part.reject(DativoError.fromJSON(message.error as SerializedError));
  }

  /** A worker that cannot be told anything is about to be found gone. */
  private tell(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  /** Fails what the process was running when it ended. */
  private lose(code: number | null, signal: NodeJS.Signals | null): void {
    const how = signal === null ? `with exit code ${code ?? "unknown"}` : `by ${signal}`;
    const words = this.lastWords.trim();
    for (const { reject } of this.running.values())
      reject(
        new DativoError({
          code: "WORKER_LOST",
          message: `The process ${this.child.pid ?? ""} that ran a part of the run ended ${how}.${words === "" ? "" : ` Its last words: ${words}`}`,
          details: { pid: this.child.pid ?? null, exit_code: code, signal },
        }),
      );
  }
}
