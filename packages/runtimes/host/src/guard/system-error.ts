import type { ErrorCode } from "@dativo/protocol";

const NETWORK = new Set([
  "EAI_AGAIN",
  "EAI_FAIL",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
]);
const FULL = new Set(["EDQUOT", "ENOSPC"]);
const FORBIDDEN = new Set(["EACCES", "EPERM", "EROFS"]);
const MISSING = new Set(["EISDIR", "ENOENT", "ENOTDIR"]);

/** How far causes are followed. */
const MAX_DEPTH = 5;

/**
 * The code for an error of the operating system, wherever in the causes of what was thrown it is; undefined when
 * there is none. What a failing file means depends on whether a reader or a writer met it.
 */
export function systemErrorCode(
  thrown: unknown,
  kind: "reader" | "writer" | undefined,
  depth = 0,
): ErrorCode | undefined {
  if (!(thrown instanceof Error) || depth > MAX_DEPTH) return undefined;
  const { code, errors } = thrown as { code?: unknown; errors?: unknown };
  const own = typeof code === "string" ? classify(code, "path" in thrown, kind) : undefined;
  if (own !== undefined) return own;
  // Node reports a host with several addresses as one error for each of them.
  const inner = [thrown.cause, ...(Array.isArray(errors) ? errors : [])];
  for (const error of inner) {
    const found = systemErrorCode(error, kind, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function classify(
  code: string,
  isFile: boolean,
  kind: "reader" | "writer" | undefined,
): ErrorCode | undefined {
  if (NETWORK.has(code)) return "CONNECTION_FAILED";
  if (FULL.has(code)) return "TARGET_FULL";
  if (kind === "writer" && FORBIDDEN.has(code)) return "TARGET_UNWRITABLE";
  if (kind === "reader" && isFile && (FORBIDDEN.has(code) || MISSING.has(code))) return "SOURCE_UNREADABLE";
  return undefined;
}
