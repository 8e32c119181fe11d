import { DativoError, type ErrorCode, isDativoError, type Redactor, toDativoError } from "@dativo/protocol";
import { pluginFrames } from "./plugin-frames.js";
import { systemErrorCode } from "./system-error.js";

/** Where an error came from. */
export interface FaultOrigin {
  readonly plugin: string;
  readonly kind: "reader" | "writer" | undefined;
  readonly call: string;
  readonly redactor: Redactor;
  /** Absolute paths of the plugin's own source files, to name the place that threw. */
  readonly sources: ReadonlySet<string>;
  /** Code of errors that carry none. @default "PLUGIN_ERROR" */
  readonly fallback?: ErrorCode;
}

/** Where this package lies, as its frames name it. */
const OWN_FOLDER = new URL("..", import.meta.url).href;

/** Lines of a stack that are kept. */
const MAX_STACK_LINES = 12;

/**
 * Makes a `DativoError` of whatever a plugin threw: named with the plugin and the call, without secrets, and with
 * the place in the plugin's source where it is known.
 */
export function pluginFault(thrown: unknown, origin: FaultOrigin): DativoError {
  // An error that crossed from a child process was named there.
  if (isDativoError(thrown) && thrown.details.plugin !== undefined && thrown.details.call !== undefined)
    return rebuilt(thrown, thrown.message, thrown.details, origin.redactor, thrown.cause);
  const { plugin, call, kind } = origin;
  const classified = isDativoError(thrown) ? thrown.code : systemErrorCode(thrown, kind);
  const error = toDativoError(thrown, { code: classified ?? origin.fallback ?? "PLUGIN_ERROR" });
  const { at, stack } = positionOf(thrown, origin);
  const place = classified === undefined && at !== undefined ? ` (${at})` : "";
  const details = {
    ...error.details,
    plugin,
    call,
    ...(at === undefined ? {} : { at }),
    ...(stack === undefined ? {} : { stack }),
  };
  return rebuilt(
    error,
    faultMessage(plugin, call, `${error.message}${place}`),
    details,
    origin.redactor,
    thrown,
  );
}

/** The one form of messages about a call. */
export function faultMessage(plugin: string, call: string, problem: string): string {
  return `Plugin "${plugin}" failed in ${call}: ${problem}`;
}

function rebuilt(
  error: DativoError,
  message: string,
  details: Readonly<Record<string, unknown>>,
  redactor: Redactor,
  cause: unknown,
): DativoError {
  return new DativoError({
    code: error.code,
    message: redactor.text(message),
    hint: error.hint === undefined ? undefined : redactor.text(error.hint),
    retryable: error.retryable,
    retryAfterSeconds: error.retryAfterSeconds,
    details: redactor.value(details),
    cause,
  });
}

function positionOf(thrown: unknown, origin: FaultOrigin): { at?: string | undefined; stack?: string } {
  if (!(thrown instanceof Error) || typeof thrown.stack !== "string") return {};
  return {
    at: pluginFrames(thrown.stack, origin.sources)[0],
    stack: readableStack(thrown.stack),
  };
}

/** A stack without the frames between the plugin and its host. */
function readableStack(stack: string): string {
  const lines = stack.split("\n").filter((line) => !line.includes(OWN_FOLDER) && !line.includes("(node:"));
  return lines.slice(0, MAX_STACK_LINES).join("\n");
}
