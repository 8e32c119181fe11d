import { type ChildProcess, spawn } from "node:child_process";
import { memoryUse } from "./memory-use.js";
import { killGroup, type ProcessReaper, signalGroup } from "./process-reaper.js";
import { wholeLines } from "./whole-lines.js";

/** What to start. */
export interface Program {
  readonly command: readonly [string, ...string[]];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What becomes of a process. */
export interface ProcessEvents {
  /** It wrote something: whole lines. */
  output(text: string): void;
  /** It ended by itself, or by something other than `end`. */
  exited(how: string): void;
  /** It could not be started. */
  failed(error: Error): void;
}

/** A process that runs a function, with all that it starts itself. */
export class WatchedProcess {
  private readonly child: ChildProcess;
  private ended = false;

  constructor(
    { command: [program, ...args], folder, env }: Program,
    reaper: ProcessReaper,
    events: ProcessEvents,
  ) {
    this.child = spawn(program, args, {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env,
    });
    reaper.watch(this.child);
    for (const output of [this.child.stdout, this.child.stderr])
      output?.setEncoding("utf8").on(
        "data",
        wholeLines((text) => events.output(text)),
      );
    this.child.on("error", (error) => {
      if (!this.ended) events.failed(error);
      this.ended = true;
    });
    this.child.on("exit", (code, signal) => {
      const how =
        signal === null ? `exit status ${code}` : `signal: ${signal === "SIGKILL" ? "killed" : signal}`;
      if (!this.ended) events.exited(how);
      this.ended = true;
    });
  }

  /** Ends it; nobody is told. */
  end(): void {
    this.ended = true;
    killGroup(this.child);
  }

  /** Ends it as if something else had. */
  crash(): void {
    killGroup(this.child);
  }

  /** Stops it where it is, until `resume`. */
  pause(): void {
    signalGroup(this.child, "SIGSTOP");
  }

  /** Lets it go on. */
  resume(): void {
    signalGroup(this.child, "SIGCONT");
  }

  /** Megabytes that it holds; undefined once it has ended. */
  async memory(): Promise<number | undefined> {
    return this.child.pid === undefined || this.ended ? undefined : memoryUse(this.child.pid);
  }
}
