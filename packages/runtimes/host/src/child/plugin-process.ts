import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { LogLevel, Placement } from "@dativo/protocol";
import { LineSplitter } from "../guard/line-splitter.js";
import { childEnvironment } from "./child-environment.js";
import { watchMemory } from "./memory-watch.js";

/** Lines of a process's standard error that are kept for the message when it dies. */
const LAST_LINES = 10;

/** A line of what V8 prints when it gives up (stacks, collections), of which there are many and none says anything to an author. */
const NATIVE_FRAME =
  /^\s*(\d+: (0x[0-9a-f]+ .*|.* \((file|node):.*:\d+:\d+\)))?$|^(-----|<---) .* (-----|--->)$|\[\d+:0x[0-9a-f]+\] +\d+ ms: /;

/** A line of the backtrace that Rust prints before it aborts. */
const RUST_FRAME = /^\s+(\d+:\s+0x[0-9a-f]+ - |at \S.*:\d+:\d+$)|^stack backtrace:$/;

/** Milliseconds after its end that a process's remaining output is waited for. */
const OUTPUT_GRACE_MS = 500;

/** What is started for a plugin; it finds frames on file descriptor 3. */
export interface PluginProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables that it needs, beside those that every plugin sees. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether it runs native code: its memory is then watched from outside, and what it writes to standard error during
   * a call explains why the call failed, as native code has no other way to say so.
   * @default false
   */
  readonly native?: boolean;
  /**
   * Whether it can put payloads into files in memory, for this process to read.
   * @default false
   */
  readonly sharesMemory?: boolean;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its standard error. */
  readonly lastLines: readonly string[];
  /** Why it could not be started, when it could not. */
  readonly startError?: Error;
  /** Megabytes it had taken when it was ended for that. */
  readonly memoryMb?: number;
}

/** Whether processes form groups that can be ended as one. */
const HAS_GROUPS = process.platform !== "win32";

const running = new Set<ChildProcess>();

/** The process of a plugin: a byte stream for frames, lines of output, and an end. */
export class PluginProcess {
  /** Frames in both directions. */
  readonly stream: Duplex;
  /** Settles when it has ended and its output was read. */
  readonly ended: Promise<ProcessEnd>;
  private readonly child: ChildProcess;
  private readonly lastLines: string[] = [];
  private memoryMb: number | undefined;
  private stopWatching = () => {};

  constructor(
    private readonly program: PluginProgram,
    private readonly placement: Placement,
    onLine: (level: LogLevel, line: string) => void,
  ) {
    this.child = spawn(program.command, program.args, {
      env: { ...childEnvironment(process.env, placement.environmentAllowList ?? []), ...program.env },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      windowsHide: true,
      // A group of its own, so that what the plugin started ends with it.
      detached: HAS_GROUPS,
    });
    this.stream = this.child.stdio[3] as Duplex;
    killOnExit(this.child);
    this.readLines(this.child.stdout as Socket, (line) => onLine("info", line));
    this.readLines(this.child.stderr as Socket, (line) => {
      if (NATIVE_FRAME.test(line)) return;
      if (RUST_FRAME.test(line)) {
        onLine("debug", line);
        return;
      }
      this.lastLines.push(line);
      if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
      onLine("warn", line);
    });
    this.ended = this.end();
    this.setIdle(true);
  }

  /** Number of the process; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** From here on what it takes counts towards its limit; what it holds now is that of its language alone. */
  startMemoryWatch(): void {
    const { pid } = this.child;
    const { memoryLimitMb } = this.placement;
    if (this.program.native !== true || memoryLimitMb === undefined || pid === undefined) return;
    this.stopWatching = watchMemory(pid, memoryLimitMb, (megabytes) => {
      this.memoryMb = megabytes;
      this.kill();
    });
  }

  /** Ends it, and what it started, at once. */
  kill(): void {
    endGroup(this.child);
  }

  /** An idle process does not keep this one alive. */
  setIdle(idle: boolean): void {
    const handles = [
      this.child,
      this.stream as Socket,
      this.child.stdout as Socket,
      this.child.stderr as Socket,
    ];
    for (const handle of handles) {
      if (idle) handle.unref();
      else handle.ref();
    }
  }

  private readLines(stream: Socket, onLine: (line: string) => void): void {
    const splitter = new LineSplitter();
    stream.on("data", (chunk: Buffer) => {
      splitter.push(chunk).forEach(onLine);
    });
    stream.on("end", () => {
      splitter.end().forEach(onLine);
    });
  }

  private async end(): Promise<ProcessEnd> {
    const { child, lastLines } = this;
    const outputRead = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const exit = await new Promise<Omit<ProcessEnd, "lastLines">>((resolve) => {
      child.once("exit", (code, signal) => resolve({ code, signal }));
      child.once("error", (startError) => {
        if (child.pid === undefined) resolve({ code: null, signal: null, startError });
      });
    });
    running.delete(child);
    this.stopWatching();
    endGroup(child);
    // One that left the group may hold the pipes open.
    const waited = new AbortController();
    await Promise.race([
      outputRead,
      sleep(OUTPUT_GRACE_MS, undefined, { signal: waited.signal }).catch(() => {}),
    ]);
    waited.abort();
    return { ...exit, lastLines, ...(this.memoryMb === undefined ? {} : { memoryMb: this.memoryMb }) };
  }
}

function killOnExit(child: ChildProcess): void {
  if (running.size === 0 && !process.listeners("exit").includes(killAll)) process.on("exit", killAll);
  running.add(child);
}

function killAll(): void {
  for (const child of running) endGroup(child);
}

/** Ends a process and what it started; the group outlives the process that it is named for. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (HAS_GROUPS) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}
