import { once } from "node:events";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { InvocationFaults } from "../cloud-faults.js";
import type { Instance } from "./instance.js";
import { CLOUD_FUNCTION_LIMITS } from "./limits.js";

/** Milliseconds within which an instance that failed is found to have ended. */
const GONE_MS = 200;

/** How a request ended that was passed on to an instance. */
export interface ProxyResult {
  /** Bytes of the response that were passed on. */
  readonly bytes: number;
  readonly outcome: "done" | "failed" | "timeout" | "too-large";
}

/** A request that is passed on to an instance, and whose answer is passed back as it comes. */
export interface ProxiedRequest {
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
  readonly instance: Instance;
  readonly timeoutSeconds: number;
  readonly streamBytes: number;
  readonly faults: InvocationFaults;
}

/** Passes it on, and its answer back. */
export async function proxied(request: ProxiedRequest): Promise<ProxyResult> {
  const { incoming, body, response, instance } = request;
  const timeout = AbortSignal.timeout(request.timeoutSeconds * 1000);
  const progress = { bytes: 0, tooLarge: false };
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { host: _, connection: __, "transfer-encoding": ___, ...headers } = incoming.headers;
      httpRequest(
        {
          host: "127.0.0.1",
          port: instance.port,
          method: incoming.method,
          path: incoming.url,
          headers: { ...headers, "content-length": body.length, "x-forwarded-proto": "https" },
          agent: false,
          signal: timeout,
        },
        resolve,
      )
        .on("error", reject)
        .end(body);
    });
    const { connection: _, ...headers } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, headers);
    const limit =
      headers["content-length"] === undefined ? request.streamBytes : CLOUD_FUNCTION_LIMITS.responseBytes;
    await pipeline(answer, (chunks) => limited(chunks, limit, request, progress, timeout), response);
    return { bytes: progress.bytes, outcome: "done" };
  } catch {
    const outcome = timeout.aborted ? "timeout" : progress.tooLarge ? "too-large" : "failed";
    // The end of a process is heard of a little after the end of its connections.
    if (outcome === "failed") await Promise.race([instance.gone, sleep(GONE_MS, undefined, { ref: false })]);
    fail(response, outcome, instance);
    return { bytes: progress.bytes, outcome };
  }
}

/** Bytes of an answer, up to what is allowed and what goes wrong on purpose. */
async function* limited(
  chunks: AsyncIterable<Buffer>,
  limit: number,
  { instance, faults }: ProxiedRequest,
  progress: { bytes: number; tooLarge: boolean },
  timeout: AbortSignal,
): AsyncGenerator<Buffer> {
  const { killAfterBytes, truncateAfterBytes, stallAfterBytes } = faults;
  const never = Number.POSITIVE_INFINITY;
  const end = Math.min(killAfterBytes ?? never, truncateAfterBytes ?? never, stallAfterBytes ?? never, limit);
  for await (const chunk of chunks) {
    const passed = chunk.subarray(0, Math.max(0, end - progress.bytes));
    progress.bytes += passed.length;
    if (passed.length > 0) yield passed;
    if (progress.bytes < end || (end === limit && passed.length === chunk.length)) continue;
    if (end === stallAfterBytes) {
      faults.happened();
      instance.pause();
      if (!timeout.aborted) await once(timeout, "abort");
      // Where the request was cut off, the instance goes on.
      instance.resume();
    } else if (end === killAfterBytes) {
      faults.happened();
      instance.crash();
    } else if (end === truncateAfterBytes) faults.happened();
    progress.tooLarge = end === limit;
    throw new Error("The answer ends here");
  }
  // Before the caller hears of the end and asks again.
  faults.over();
}

function fail(response: ServerResponse, outcome: ProxyResult["outcome"], instance: Instance): void {
  if (response.headersSent) {
    // What was written has to leave first.
    setTimeout(() => response.destroy(), 20);
    return;
  }
  if (outcome === "timeout") response.writeHead(504).end("upstream request timeout");
  else if (instance.ended?.startsWith("Memory limit") === true)
    response.writeHead(500).end("Internal Server Error");
  else
    response
      .writeHead(503)
      .end(
        "The request failed because either the HTTP response was malformed or connection to the instance had an error.",
      );
}
