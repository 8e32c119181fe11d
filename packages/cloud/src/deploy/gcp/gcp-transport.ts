import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { DativoError, isDativoError } from "@dativo/protocol";
import type { GoogleAuth } from "google-auth-library";
import type { FunctionLimits, FunctionTransport, InvokeOptions } from "../function-transport.js";

/** What Cloud Functions allows in one invocation. */
const LIMITS: Omit<FunctionLimits, "timeoutSeconds"> = {
  requestBytes: 31_000_000,
  responseBytes: 9_000_000,
  streamBytes: 10_000_000,
};

/** A function that is invoked over HTTP. */
export interface HttpFunction {
  readonly name: string;
  readonly uri: string;
  readonly timeoutSeconds: number;
}

/** Bytes of an error's answer that are quoted. */
const QUOTED_BYTES = 500;

/**
 * Invokes a function of Cloud Functions with an ID token. Node's own client is used, which waits as long as the
 * function takes.
 */
export function gcpTransport(
  auth: GoogleAuth,
  { name, uri, timeoutSeconds }: HttpFunction,
): FunctionTransport {
  return { name, limits: { ...LIMITS, timeoutSeconds }, invoke };

  async function* invoke(request: Uint8Array, options: InvokeOptions): AsyncGenerator<Uint8Array> {
    const { signal, onReport } = options;
    let bytes = 0;
    let requestId = "";
    try {
      const response = await send(request, signal);
      requestId = String(
        response.headers["function-execution-id"] ?? response.headers["x-cloud-trace-context"] ?? "",
      );
      const status = response.statusCode ?? 0;
      if (status !== 200) throw refused(name, status, await quoted(response));
      for await (const chunk of response as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        yield chunk;
      }
      if (!response.complete) throw new Error("the response was cut off");
    } catch (thrown) {
      if (isDativoError(thrown)) throw thrown;
      if (signal.aborted) throw signal.reason;
      throw invocationFailed(name, (thrown as NodeJS.ErrnoException).code ?? "StreamCut", thrown);
    } finally {
      onReport?.({ requestId, responseBytes: bytes });
    }
  }

  async function send(body: Uint8Array, signal: AbortSignal): Promise<IncomingMessage> {
    const authorization = await idToken();
    const request = uri.startsWith("https:") ? requestSecure : requestPlain;
    return await new Promise((resolve, reject) => {
      const sent = request(
        uri,
        {
          method: "POST",
          signal,
          headers: {
            authorization,
            "content-type": "application/octet-stream",
            "content-length": body.length,
          },
        },
        resolve,
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  async function idToken(): Promise<string> {
    try {
      const client = await auth.getIdTokenClient(uri);
      const headers = await client.getRequestHeaders(uri);
      return headers.get("authorization") ?? "";
    } catch (cause) {
      throw new DativoError({
        code: "CLOUD_CREDENTIALS_MISSING",
        message: `There is no ID token to invoke ${name} with: ${(cause as Error).message}`,
        hint: "An ID token needs a service account: GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login --impersonate-service-account=…",
        details: { function: name },
        cause,
      });
    }
  }
}

async function quoted(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > QUOTED_BYTES) break;
  }
  return text
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, QUOTED_BYTES);
}

function refused(name: string, status: number, said: string): DativoError {
  const details = { function: name, error_type: String(status) };
  const message = `Cloud Functions answered ${status} for ${name}${said === "" ? "" : `: ${said}`}`;
  if (status === 429) return new DativoError({ code: "CLOUD_THROTTLED", message, details });
  if (status === 413) return new DativoError({ code: "CLOUD_PAYLOAD_TOO_LARGE", message, details });
  if (status === 401 || status === 403)
    return new DativoError({
      code: "CLOUD_CREDENTIALS_MISSING",
      message,
      hint: "Whoever runs the job needs the role roles/run.invoker on the function.",
      details,
    });
  return new DativoError({
    code: "CLOUD_INVOCATION_FAILED",
    message,
    retryable: status >= 500,
    details: status === 504 ? { ...details, error_type: "Timeout" } : details,
  });
}

function invocationFailed(name: string, type: string, cause: unknown): DativoError {
  return new DativoError({
    code: "CLOUD_INVOCATION_FAILED",
    message: `An invocation of ${name} failed: ${(cause as Error).message}`,
    details: { function: name, error_type: type },
    cause,
  });
}
