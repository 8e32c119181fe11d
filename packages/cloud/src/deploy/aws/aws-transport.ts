import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCommandOutput,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { DativoError, isDativoError } from "@dativo/protocol";
import type { FunctionLimits, FunctionTransport, InvokeOptions } from "../function-transport.js";
import { bufferedFrames, lambdaEvent } from "../lambda-event.js";
import { awsErrorName } from "./aws-errors.js";
import { lambdaReport } from "./aws-report.js";

/** What AWS Lambda allows in one invocation; frames travel as base64, four bytes for three. */
const LIMITS: Omit<FunctionLimits, "timeoutSeconds"> = {
  requestBytes: 4_500_000,
  // Beyond 6 MB an answer slows down to 2 MB a second.
  responseBytes: 5_500_000,
  streamBytes: 200_000_000,
};

/** What it allows where responses are not streamed: 6 MB, which base64 makes of 4.5. */
const BUFFERED_LIMITS: typeof LIMITS = {
  requestBytes: LIMITS.requestBytes,
  responseBytes: 4_000_000,
  streamBytes: 4_500_000,
};

/** What a region answers that does not know response streaming. */
const NO_STREAMING = /^(?:UnknownOperation|UnsupportedOperation|NotImplemented|MethodNotAllowed)/;

/** Errors that come instead of an invocation: the function was not run. */
const NOT_RUN =
  /^(?:TooManyRequestsException|EC2ThrottledException|ResourceConflictException|ResourceNotReadyException|ENILimitReachedException|SubnetIPAddressLimitReachedException|ThrottlingException)$/;

/** Invokes a function of AWS Lambda by response streaming, or where there is none, for one answer. */
export function awsTransport(client: LambdaClient, name: string, timeoutSeconds: number): FunctionTransport {
  let streams = true;
  return {
    name,
    get limits() {
      return { ...(streams ? LIMITS : BUFFERED_LIMITS), timeoutSeconds };
    },
    invoke,
  };

  async function* invoke(request: Uint8Array, options: InvokeOptions): AsyncGenerator<Uint8Array> {
    const answer = streams ? await start(request, options.signal) : undefined;
    if (answer === undefined) yield await whole(request, options);
    else yield* streamed(answer, options);
  }

  async function* streamed(
    answer: InvokeWithResponseStreamCommandOutput,
    { signal, onReport }: InvokeOptions,
  ): AsyncGenerator<Uint8Array> {
    const requestId = answer.$metadata.requestId ?? "";
    let bytes = 0;
    let completed = false;
    try {
      for await (const { PayloadChunk, InvokeComplete } of answer.EventStream ?? []) {
        if (PayloadChunk?.Payload !== undefined) {
          bytes += PayloadChunk.Payload.length;
          yield PayloadChunk.Payload;
        }
        if (InvokeComplete === undefined) continue;
        completed = true;
        const log = Buffer.from(InvokeComplete.LogResult ?? "", "base64").toString();
        onReport?.({ requestId, ...lambdaReport(log), responseBytes: bytes });
        if (InvokeComplete.ErrorCode !== undefined)
          throw failed(name, InvokeComplete.ErrorCode, InvokeComplete.ErrorDetails ?? "", log);
      }
    } catch (thrown) {
      throw invocationError(thrown, name, signal);
    } finally {
      if (!completed) onReport?.({ requestId, responseBytes: bytes });
    }
    if (!completed) throw failed(name, "StreamCut", "the response ended before the invocation did", "");
  }

  /** Undefined where responses are not streamed, which is then known. */
  async function start(
    request: Uint8Array,
    signal: AbortSignal,
  ): Promise<InvokeWithResponseStreamCommandOutput | undefined> {
    const command = new InvokeWithResponseStreamCommand({
      FunctionName: name,
      LogType: "Tail",
      Payload: Buffer.from(JSON.stringify(lambdaEvent(request))),
    });
    try {
      return await client.send(command, { abortSignal: signal });
    } catch (thrown) {
      if (!NO_STREAMING.test(awsErrorName(thrown))) throw invocationError(thrown, name, signal);
      streams = false;
      return undefined;
    }
  }

  /** The whole answer of an invocation, once it is over. */
  async function whole(request: Uint8Array, { signal, onReport }: InvokeOptions): Promise<Uint8Array> {
    const command = new InvokeCommand({
      FunctionName: name,
      LogType: "Tail",
      Payload: Buffer.from(JSON.stringify(lambdaEvent(request, true))),
    });
    try {
      const answer = await client.send(command, { abortSignal: signal });
      const { FunctionError, Payload = new Uint8Array(0), LogResult = "" } = answer;
      const log = Buffer.from(LogResult, "base64").toString();
      onReport?.({
        requestId: answer.$metadata.requestId ?? "",
        ...lambdaReport(log),
        responseBytes: Payload.length,
      });
      if (FunctionError === undefined) return bufferedFrames(Payload);
      const said = Buffer.from(Payload).toString();
      throw failed(name, errorTypeOf(said) ?? FunctionError, said, log);
    } catch (thrown) {
      throw invocationError(thrown, name, signal);
    }
  }
}

/** The type in what Lambda answers for a function that failed. */
function errorTypeOf(payload: string): string | undefined {
  return /"errorType"\s*:\s*"([^"]*)"/.exec(payload)?.[1];
}

function invocationError(thrown: unknown, name: string, signal: AbortSignal): unknown {
  if (isDativoError(thrown)) return thrown;
  if (signal.aborted) return signal.reason;
  const type = awsErrorName(thrown);
  const { message, Reason: reason } = thrown as Error & { Reason?: string };
  if (NOT_RUN.test(type))
    return new DativoError({
      code: "CLOUD_THROTTLED",
      message: `AWS Lambda did not run ${name}: ${type}${reason === undefined ? "" : ` (${reason})`}: ${message}`,
      details: { function: name, error_type: type, ...(reason === undefined ? {} : { reason }) },
      cause: thrown,
    });
  if (type === "RequestTooLargeException" || type === "RequestEntityTooLargeException")
    return new DativoError({
      code: "CLOUD_PAYLOAD_TOO_LARGE",
      message: `AWS Lambda refused what ${name} was to be given: ${message}`,
      details: { function: name, error_type: type },
      cause: thrown,
    });
  return failed(name, type, message, "", thrown);
}

/** Lines of the log's end that an error quotes. */
const QUOTED_LINES = 10;

function failed(name: string, type: string, details: string, log: string, cause?: unknown): DativoError {
  const said = log
    .split(/\r?\n/)
    .filter((line) => line !== "" && !/^(?:START|END|REPORT) RequestId/.test(line))
    .slice(-QUOTED_LINES);
  return new DativoError({
    code: "CLOUD_INVOCATION_FAILED",
    message: [
      `An invocation of ${name} failed: ${type}${details === "" ? "" : `: ${details}`}`,
      ...said,
    ].join("\n"),
    // What the SDK calls an access error will not pass by itself.
    retryable:
      !/^(?:AccessDenied|ResourceNotFound|InvalidParameter|InvalidRuntime|UnrecognizedClient|ExpiredToken)/.test(
        type,
      ),
    details: { function: name, error_type: type },
    ...(cause === undefined ? {} : { cause }),
  });
}
