import { type ChildProcess, spawn } from "node:child_process";
import { memoryUse } from "../process/memory-use.js";
import { killGroup } from "../process/process-reaper.js";
import type { EnvironmentHost } from "./environment.js";
import { environmentVariables } from "./environment-variables.js";
import type { LambdaFunction } from "./lambda-function.js";
import { runtimeCommand } from "./runtimes.js";

/** What becomes of the process of an environment. */
export interface ProcessEvents {
  output(text: string): void;
  /** It ended, or never began. */
  ended(type: "Runtime.ExitError" | "Runtime.InvalidEntrypoint", message: string): void;
}

/** The process of an environment: the runtime, with the function in it. */
export class EnvironmentProcess {
  private readonly child: ChildProcess;
  private killed = false;

  constructor(
    fn: LambdaFunction,
    host: EnvironmentHost,
    runtimeApi: string,
    logStream: string,
    events: ProcessEvents,
  ) {
    const { configuration, folder } = fn;
    const variables = configuration.Environment?.Variables ?? {};
    const [program, ...args] = runtimeCommand(configuration.Runtime, folder, variables, host.options);
    this.child = spawn(program, args, {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: environmentVariables(fn, host, runtimeApi, logStream),
    });
    host.reaper.watch(this.child);
    for (const output of [this.child.stdout, this.child.stderr])
      output?.setEncoding("utf8").on("data", (text: string) => events.output(text));
    this.child.on("error", (error) => events.ended("Runtime.InvalidEntrypoint", error.message));
    this.child.on("exit", (code, signal) => {
      const how =
        signal === null ? `exit status ${code}` : `signal: ${signal === "SIGKILL" ? "killed" : signal}`;
      if (!this.killed) events.ended("Runtime.ExitError", `Runtime exited with error: ${how}`);
    });
  }

  /** Ends it, as its environment wants it: nobody is told. */
  end(): void {
    this.killed = true;
    killGroup(this.child);
  }

  /** Ends it as if something else had. */
  crash(): void {
    killGroup(this.child);
  }

  /** Megabytes that it holds; undefined once it has ended. */
  async memory(): Promise<number | undefined> {
    return this.child.pid === undefined || this.killed ? undefined : memoryUse(this.child.pid);
  }
}
