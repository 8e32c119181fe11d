import type { ServerResponse } from "node:http";
import { AwsError } from "../aws/aws-error.js";
import type { AwsAnswer, AwsRequest } from "../aws/aws-exchange.js";
import type { CloudFaults, InvocationFaults } from "../cloud-faults.js";
import { Environment, type EnvironmentHost } from "./environment.js";
import { Invocation, type InvocationResult } from "./invocation.js";
import type { LambdaCounters } from "./lambda-counters.js";
import type { LambdaFunction } from "./lambda-function.js";
import { LAMBDA_LIMITS } from "./limits.js";
import { StreamedAnswer } from "./streamed-answer.js";

/** An invocation that has been let in. */
interface Admitted {
  readonly environment: Environment;
  readonly faults: InvocationFaults;
  readonly payload: Buffer;
  /** Whether the caller wants the end of the log. */
  readonly tail: boolean;
}

/** Runs invocations in environments, within the limits of the account and the functions. */
export class Invoker {
  private busy = 0;

  constructor(
    private readonly host: EnvironmentHost,
    private readonly faults: CloudFaults,
    private readonly counters: LambdaCounters,
  ) {}

  /**
   * Invokes a function.
   *
   * @throws AwsError `RequestTooLargeException`, `ResourceConflictException`, `TooManyRequestsException`
   */
  invoke(fn: LambdaFunction, request: AwsRequest, streaming: boolean): AwsAnswer {
    const { body: payload, headers } = request;
    const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
    if (type === "DryRun") return { status: 204 };
    if (type !== "RequestResponse")
      throw new AwsError(501, "NotEmulated", `The emulator does not run invocations of type ${type}`);
    checkJson(payload);
    const admitted = {
      environment: this.admit(fn, payload),
      faults: this.faults.forInvocation(fn.name),
      payload,
      tail: headers["x-amz-log-type"] === "Tail",
    };
    this.busy += 1;
    this.counters.invocations += 1;
    this.counters.peakConcurrency = Math.max(this.counters.peakConcurrency, this.busy);
    return {
      respond: (response) => (streaming ? this.stream(admitted, response) : this.buffer(admitted, response)),
    };
  }

  /** Refuses an invocation, or claims an environment for it: a free one, or a new one. */
  private admit(fn: LambdaFunction, { length }: Buffer): Environment {
    if (length > LAMBDA_LIMITS.requestBytes)
      throw new AwsError(
        413,
        "RequestTooLargeException",
        `${length} byte payload is too large for the RequestResponse invocation type (limit ${LAMBDA_LIMITS.requestBytes} bytes)`,
      );
    if (fn.configuration.State === "Pending")
      throw new AwsError(
        409,
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
      );
    const reason = this.faults.throttle(fn.name) ?? this.exhausted(fn);
    if (reason !== undefined) {
      this.counters.throttles += 1;
      throw new AwsError(429, "TooManyRequestsException", "Rate Exceeded.", { Reason: reason });
    }
    let environment = [...fn.environments].find((each) => each.free);
    if (environment === undefined) {
      this.counters.coldStarts += 1;
      environment = new Environment(fn, this.host, this.faults.forStart(fn.name));
      fn.environments.add(environment);
    }
    environment.claim();
    return environment;
  }

  private exhausted(fn: LambdaFunction): string | undefined {
    const inUse = [...fn.environments].filter(({ busy }) => busy).length;
    if (fn.reservedConcurrency !== undefined && inUse >= fn.reservedConcurrency)
      return "ReservedFunctionConcurrentInvocationLimitExceeded";
    const limit = this.host.options.accountConcurrency ?? LAMBDA_LIMITS.accountConcurrency;
    return this.busy >= limit ? "ConcurrentInvocationLimitExceeded" : undefined;
  }

  private async buffer(admitted: Admitted, response: ServerResponse): Promise<void> {
    const invocation = new Invocation(admitted.payload, undefined, admitted.faults);
    const result = await this.run(admitted.environment, invocation);
    response.writeHead(200, {
      "content-type": "application/json",
      "x-amzn-requestid": invocation.id,
      "x-amz-executed-version": "$LATEST",
      ...(result.error && { "x-amz-function-error": "Unhandled" }),
      ...(admitted.tail && { "x-amz-log-result": tailOf(result) }),
    });
    response.end(result.error?.body ?? result.body);
  }

  private async stream(
    { environment, payload, faults, tail }: Admitted,
    response: ServerResponse,
  ): Promise<void> {
    const { burstBytes, bytesPerSecond } = LAMBDA_LIMITS.stream;
    const rate = this.host.options.streamRate ?? { burstBytes, bytesPerSecond };
    const answer = new StreamedAnswer(response, rate, faults);
    const invocation = new Invocation(payload, (chunk) => answer.write(chunk), faults);
    response.writeHead(200, {
      "content-type": "application/vnd.amazon.eventstream",
      "x-amzn-requestid": invocation.id,
      "x-amz-executed-version": "$LATEST",
    });
    response.flushHeaders();
    const result = await this.run(environment, invocation);
    answer.end(result, tail ? tailOf(result) : undefined);
  }

  private async run(environment: Environment, invocation: Invocation): Promise<InvocationResult> {
    const result = await environment.run(invocation);
    invocation.faults.over();
    this.busy -= 1;
    const { counters } = this;
    if (result.error !== undefined) counters.errors += 1;
    if (result.error?.type === "Sandbox.Timedout") counters.timeouts += 1;
    counters.billedMilliseconds += result.billedMs;
    counters.responseBytes += invocation.responseBytes;
    return result;
  }
}

/** @throws AwsError `InvalidRequestContentException`; what a function gets must be JSON, or nothing */
function checkJson(payload: Buffer): void {
  if (payload.length === 0 || payload.length > LAMBDA_LIMITS.requestBytes) return;
  try {
    JSON.parse(payload.toString("utf8"));
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`;
    throw new AwsError(400, "InvalidRequestContentException", message);
  }
}

/** The last 4 KB of the log of an invocation. */
function tailOf({ log }: InvocationResult): string {
  return Buffer.from(log).subarray(-LAMBDA_LIMITS.tailBytes).toString("base64");
}
