import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { StartFaults } from "../cloud-faults.js";
import { bodyOf, type EmulatorServer } from "../emulator-server.js";
import type { ProcessReaper } from "../process/process-reaper.js";
import { WatchedProcess } from "../process/watched-process.js";
import { environmentVariables } from "./environment-variables.js";
import type { FunctionError, Invocation, InvocationResult } from "./invocation.js";
import type { LambdaFunction } from "./lambda-function.js";
import { LAMBDA_LIMITS } from "./limits.js";
import type { MockLambdaOptions } from "./mock-lambda-options.js";
import { RunningInvocation } from "./running-invocation.js";
import { runtimeApi } from "./runtime-api.js";
import { runtimeCommand } from "./runtimes.js";

/** What an environment gets from the emulator. */
export interface EnvironmentHost {
  readonly options: MockLambdaOptions;
  readonly reaper: ProcessReaper;
  /** Address of the emulator, for SDKs in functions. */
  readonly origin: string;
  /** Credentials of a role. */
  credentials(role: string): {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  /** Takes what was written to a log. */
  log(fn: LambdaFunction, stream: string, text: string): void;
}

/** One execution environment: a process that runs one invocation at a time, and is kept for the next. */
export class Environment {
  private readonly logStream =
    `${new Date().toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${randomBytes(16).toString("hex")}`;
  private readonly api: EmulatorServer;
  private process: WatchedProcess | undefined;
  /** The runtime waits here for an event. */
  private waiting: ServerResponse | undefined;
  private current: RunningInvocation | undefined;
  private state: "new" | "free" | "claimed" | "retiring" | "ended" = "new";
  private idle: NodeJS.Timeout | undefined;
  private startedAt = 0;
  private initMs: number | undefined;

  constructor(
    private readonly fn: LambdaFunction,
    private readonly host: EnvironmentHost,
    private readonly faults: StartFaults,
  ) {
    this.api = runtimeApi({
      next: (response) => this.next(response),
      answer: (id, request) => {
        const answering = this.answer(id, request);
        if (this.current !== undefined) this.current.answering = answering;
        return answering;
      },
      failed: (id, error) => this.current?.answered(id, { error }) ?? false,
      initFailed: (error) => this.fail(error),
    });
  }

  /** Whether it can take an invocation. */
  get free(): boolean {
    return this.state === "free";
  }

  /** Whether it counts against the concurrency of its function. */
  get busy(): boolean {
    return this.state === "claimed" || (this.state === "retiring" && this.current !== undefined);
  }

  /** Keeps it for an invocation that is about to be run. */
  claim(): void {
    this.state = "claimed";
    clearTimeout(this.idle);
  }

  /** Runs one invocation; starts the process when there is none yet. */
  async run(invocation: Invocation): Promise<InvocationResult> {
    const cold = this.process === undefined;
    const run = new RunningInvocation(invocation, this.fn.configuration, (error) => this.fail(error));
    this.current = run;
    run.watchMemory(
      async () => this.process?.memory(),
      this.host.options.memoryLimit === false ? Number.POSITIVE_INFINITY : this.fn.configuration.MemorySize,
    );
    if (cold) void this.start(run);
    else void this.handOver(run);
    await run.over;
    // What was written last is still on its way through the pipe.
    await sleep(2);
    const result = run.result(cold ? (this.initMs ?? performance.now() - this.startedAt) : undefined);
    this.host.log(this.fn, this.logStream, result.report);
    this.current = undefined;
    this.rest();
    return result;
  }

  /** Takes no more invocations, and ends once the current one is over. */
  retire(): void {
    if (this.state === "claimed") this.state = "retiring";
    else this.end();
  }

  /** Ends at once; what it ran is reported as ended by a signal. */
  end(): void {
    if (this.state === "ended") return;
    this.state = "ended";
    clearTimeout(this.idle);
    this.process?.end();
    void this.api.close();
    this.fn.environments.delete(this);
    const { current } = this;
    current?.finish(
      current.invocation.error("Runtime.ExitError", "Runtime exited with error: signal: killed"),
    );
  }

  /** Waits for the next invocation, for some time. */
  private rest(): void {
    if (this.state === "retiring") this.end();
    if (this.state === "ended") return;
    this.state = "free";
    this.idle = setTimeout(() => this.end(), this.host.options.idleMs ?? 300_000);
    this.idle.unref();
  }

  private async start(run: RunningInvocation): Promise<void> {
    this.startedAt = performance.now();
    await this.api.start();
    const { slowStartMs, initError } = this.faults;
    if (slowStartMs !== undefined) await sleep(slowStartMs);
    if (initError !== undefined) {
      const body = Buffer.from(JSON.stringify({ errorType: "Runtime.InitError", errorMessage: initError }));
      return this.fail({ type: "Runtime.InitError", body });
    }
    if (this.state === "ended") return;
    this.spawn();
    // A start that takes too long is begun again, as part of the invocation.
    const { initTimeoutMs = LAMBDA_LIMITS.initMs } = this.host.options;
    run.after(initTimeoutMs, () => {
      if (run.begun) return;
      this.process?.end();
      this.output(`INIT_REPORT Init Duration: ${initTimeoutMs}.00 ms\tPhase: init\tStatus: timeout\n`);
      run.begin();
      this.spawn();
    });
  }

  private spawn(): void {
    const { fn, host } = this;
    const { Runtime, Environment: own } = fn.configuration;
    const program = {
      command: runtimeCommand(Runtime, fn.folder, own?.Variables ?? {}, host.options),
      folder: fn.folder,
      env: environmentVariables(fn, host, `127.0.0.1:${this.api.port}`, this.logStream),
    };
    this.process = new WatchedProcess(program, host.reaper, {
      output: (text) => this.output(text),
      exited: (how) => this.lost("Runtime.ExitError", `Runtime exited with error: ${how}`),
      failed: (error) => this.lost("Runtime.InvalidEntrypoint", error.message),
    });
  }

  /** The process has ended. */
  private lost(type: string, message: string): void {
    const { current } = this;
    // An answer that was complete before the end counts.
    if (current?.invocation.answer !== undefined) current.finish();
    current?.finish(current.invocation.error(type, message));
    this.end();
  }

  /** The runtime asks for an event; with that, the one before is over. */
  private next(response: ServerResponse): void {
    this.waiting = response;
    this.initMs ??= performance.now() - this.startedAt;
    const run = this.current;
    if (run === undefined) return;
    // What is left of an answer that was cut may come in after the request for the next event.
    if (run.handedOver) void run.answering.then(() => run.finish());
    else void this.handOver(run);
  }

  private async handOver(run: RunningInvocation): Promise<void> {
    const { invocation } = run;
    const response = this.waiting;
    if (response === undefined) return;
    this.waiting = undefined;
    run.handedOver = true;
    if (invocation.faults.delayMs !== undefined) await sleep(invocation.faults.delayMs);
    if (this.current !== run || this.state === "ended") return;
    this.output(`START RequestId: ${invocation.id} Version: $LATEST\n`);
    const deadline = run.begin();
    response.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": invocation.id,
      "lambda-runtime-deadline-ms": String(deadline),
      "lambda-runtime-invoked-function-arn": this.fn.configuration.FunctionArn,
      "lambda-runtime-trace-id": `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")};Parent=${randomBytes(8).toString("hex")};Sampled=0`,
    });
    // Without a payload, the event is an empty object.
    response.end(invocation.payload.length === 0 ? "{}" : invocation.payload);
  }

  private async answer(id: string, request: IncomingMessage): Promise<number | undefined> {
    const run = this.current;
    if (run === undefined || run.invocation.id !== id || run.invocation.answer !== undefined) return 400;
    const { invocation } = run;
    try {
      if (request.headers["lambda-runtime-function-response-mode"] === "streaming" && invocation.stream)
        return await this.passOn(invocation, request);
      const body = await bodyOf(request);
      if (body.length >= (invocation.faults.killAfterBytes ?? Number.POSITIVE_INFINITY)) {
        invocation.faults.happened();
        this.fail(invocation.error("Runtime.ExitError", "Runtime exited with error: signal: killed"));
        return undefined;
      }
      if (body.length <= LAMBDA_LIMITS.responseBytes) {
        await invocation.pass(body);
        invocation.answer = { body };
        return 202;
      }
      const message = `Response payload size (${body.length} bytes) exceeded maximum allowed payload size (${LAMBDA_LIMITS.responseBytes} bytes).`;
      invocation.answer = { error: invocation.error("Function.ResponseSizeTooLarge", message) };
      return 413;
    } catch {
      // A process that ended in the middle is reported by its end; one that goes on has cut its answer.
      invocation.truncated = true;
      return undefined;
    }
  }

  /** Passes a response on as it comes. */
  private async passOn(invocation: Invocation, request: IncomingMessage): Promise<number | undefined> {
    const { faults } = invocation;
    const { killAfterBytes = Number.POSITIVE_INFINITY, stallAfterBytes = Number.POSITIVE_INFINITY } = faults;
    const end = Math.min(killAfterBytes, stallAfterBytes);
    const { streamBytes = LAMBDA_LIMITS.streamBytes } = this.host.options;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      const room = end - invocation.responseBytes;
      await invocation.pass(chunk.length <= room ? chunk : chunk.subarray(0, Math.max(0, room)));
      if (invocation.responseBytes >= stallAfterBytes) {
        faults.happened();
        this.process?.pause();
        await this.current?.over;
        return undefined;
      }
      if (invocation.responseBytes >= killAfterBytes) {
        faults.happened();
        this.fail(invocation.error("Runtime.ExitError", "Runtime exited with error: signal: killed"));
        return undefined;
      }
      if (invocation.responseBytes > streamBytes) {
        const message = `Response payload size exceeded maximum allowed payload size (${streamBytes} bytes).`;
        this.fail(invocation.error("Function.ResponseSizeTooLarge", message));
        return undefined;
      }
    }
    const type = request.trailers["lambda-runtime-function-error-type"];
    const body = Buffer.from(request.trailers["lambda-runtime-function-error-body"] ?? "", "base64");
    invocation.answer = type === undefined ? {} : { error: { type, body } };
    return 202;
  }

  /** The invocation ends with an error, and nothing more comes of this environment. */
  private fail(error: FunctionError): void {
    this.current?.finish(error);
    this.end();
  }

  private output(text: string): void {
    this.current?.log(text);
    this.host.log(this.fn, this.logStream, text);
  }
}
