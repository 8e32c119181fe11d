/** System error codes that mean the other side was not reached, or went away. */
const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_CLOSED",
]);

/** Codes after which the request was certainly not processed. */
const NOT_SENT_CODES = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** What is known of a failed connection. */
export interface NetworkFailure {
  readonly message: string;
  readonly code: string | undefined;
  /** Whether trying again may help. */
  readonly passes: boolean;
  /** Whether the request was certainly not processed. */
  readonly notSent: boolean;
}

/** Looks through what was thrown and its causes for a system error code. */
export function networkFailure(thrown: unknown): NetworkFailure {
  let deepest: unknown = thrown;
  const codes: string[] = [];
  for (let error = thrown; typeof error === "object" && error !== null; error = innerError(error)) {
    const { code } = error as { code?: unknown };
    if (typeof code === "string") codes.push(code);
    deepest = error;
  }
  const code = codes.find((candidate) => NETWORK_CODES.has(candidate)) ?? codes.at(-1);
  return {
    code,
    message: messageOf(deepest) || messageOf(thrown) || String(code ?? "the connection failed"),
    passes: code === undefined ? messageOf(thrown) === "terminated" : NETWORK_CODES.has(code),
    notSent: code !== undefined && NOT_SENT_CODES.has(code),
  };
}

/** Says whether what was thrown is a failure of the network. */
export function isNetworkError(thrown: unknown): boolean {
  return networkFailure(thrown).passes;
}

function innerError(error: object): unknown {
  if (error instanceof AggregateError) return error.errors[0];
  return (error as { cause?: unknown }).cause;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}
