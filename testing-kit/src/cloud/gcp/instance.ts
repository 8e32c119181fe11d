import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { StartFaults } from "../cloud-faults.js";
import type { ProcessReaper } from "../process/process-reaper.js";
import { WatchedProcess } from "../process/watched-process.js";
import type { Revision } from "./cloud-function.js";
import { BuildFailure, frameworkCommand } from "./framework.js";
import { CLOUD_FUNCTION_LIMITS } from "./limits.js";
import type { MockCloudFunctionsOptions } from "./mock-cloud-functions-options.js";

/** Milliseconds between looks at the memory of an instance, and between looks at whether it listens. */
const MEMORY_INTERVAL_MS = 50;
const READY_INTERVAL_MS = 15;

/** What an instance gets from the emulator. */
export interface InstanceHost {
  readonly options: MockCloudFunctionsOptions;
  readonly reaper: ProcessReaper;
  /** Variables that lead functions of an account to the emulated services. */
  serviceVariables(account: string): Promise<Readonly<Record<string, string>>>;
}

/** What is told of an instance. */
export interface InstanceEvents {
  log(text: string): void;
  ended(): void;
}

/** One instance of a function: a process that serves it, and is kept for further requests. */
export class Instance {
  readonly id = randomUUID();
  /** Requests that it serves. */
  active = 0;
  port = 0;
  /** Resolves when it listens. */
  readonly ready: Promise<void>;
  /** Why it ended, once it has. */
  ended: string | undefined;
  /** Resolves when it has ended. */
  readonly gone: Promise<void>;
  private resolveGone: () => void = () => {};
  private crashed = false;
  private process: WatchedProcess | undefined;
  private memory: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    readonly revision: Revision,
    private readonly host: InstanceHost,
    private readonly events: InstanceEvents,
    faults: StartFaults,
  ) {
    this.gone = new Promise((resolve) => {
      this.resolveGone = resolve;
    });
    this.ready = this.start(faults);
    this.ready.catch(() => {}); // whoever waits for it hears of it
  }

  /** Whether it takes one more request. */
  get free(): boolean {
    return this.ended === undefined && !this.crashed && this.active < this.revision.concurrency;
  }

  /** A request begins. */
  claim(): void {
    this.active += 1;
    clearTimeout(this.idle);
  }

  /** A request is over. */
  release(): void {
    this.active -= 1;
    if (this.active > 0 || this.ended !== undefined) return;
    this.idle = setTimeout(() => this.end("idle"), this.host.options.idleMs ?? 300_000);
    this.idle.unref();
  }

  /** Ends it. */
  end(why: string): void {
    if (this.ended !== undefined) return;
    this.ended = why;
    clearInterval(this.memory);
    clearTimeout(this.idle);
    this.process?.end();
    this.resolveGone();
    this.events.ended();
  }

  /** Ends it as if something else had. */
  crash(): void {
    this.crashed = true;
    this.process?.crash();
  }

  /** Stands still, until `resume`. */
  pause(): void {
    this.process?.pause();
  }

  /** Goes on. */
  resume(): void {
    this.process?.resume();
  }

  private async start({ slowStartMs, initError }: StartFaults): Promise<void> {
    const { revision, host } = this;
    try {
      if (slowStartMs !== undefined) await sleep(slowStartMs);
      if (initError !== undefined) throw new BuildFailure(initError);
      this.port = await freePort();
      const command = frameworkCommand(
        revision.runtime,
        revision.folder,
        revision.entryPoint,
        this.port,
        host.options,
      );
      const env = await this.variables();
      if (this.ended !== undefined) throw new Error("The instance has ended");
      this.process = new WatchedProcess({ command, folder: revision.folder, env }, host.reaper, {
        output: (text) => this.events.log(text),
        exited: (how) => this.end(`Container called exit or was ended: ${how}`),
        failed: (error) => this.end(error.message),
      });
      this.memory = setInterval(() => void this.lookAtMemory(), MEMORY_INTERVAL_MS);
      await this.listening();
    } catch (error) {
      this.end((error as Error).message);
      throw error;
    }
  }

  private async listening(): Promise<void> {
    const until = performance.now() + CLOUD_FUNCTION_LIMITS.startMs;
    while (this.ended === undefined && performance.now() < until) {
      if (await listens(this.port)) return;
      await sleep(READY_INTERVAL_MS);
    }
    throw new BuildFailure(
      `The user-provided container failed to start and listen on the port defined provided by the PORT=${this.port} environment variable. ${this.ended ?? ""}`,
    );
  }

  private async variables(): Promise<Record<string, string>> {
    const { revision, host } = this;
    const service = revision.name.replace(/-\d+-[a-z]+$/, "");
    return {
      PATH: process.env.PATH ?? "",
      HOME: "/tmp",
      PYTHONUNBUFFERED: "1",
      ...(await host.serviceVariables(revision.account)),
      ...host.options.functionEnv,
      ...revision.variables,
      PORT: String(this.port),
      K_SERVICE: service,
      K_REVISION: revision.name,
      K_CONFIGURATION: service,
      FUNCTION_TARGET: revision.entryPoint,
      FUNCTION_SIGNATURE_TYPE: "http",
    };
  }

  private async lookAtMemory(): Promise<void> {
    const used = await this.process?.memory();
    const { memoryMb } = this.revision;
    if (used === undefined || used <= memoryMb || this.host.options.memoryLimit === false) return;
    const message = `Memory limit of ${memoryMb} MiB exceeded with ${Math.ceil(used)} MiB used.`;
    this.events.log(`${message} Consider increasing the memory limit.\n`);
    this.end(message);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
