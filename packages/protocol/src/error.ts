import { ERROR_CATALOGUE, type ErrorCode } from "./error-catalogue.js";
import { toJsonSafe } from "./json-safe.js";

/** What an error is made of. */
export interface DativoErrorInit {
  /** A code of the catalogue, or a plugin's own code in capitals. */
  readonly code: ErrorCode | (string & {});
  /** What was wrong, in one sentence; never holds a secret. */
  readonly message: string;
  /** What to do about it. @default the catalogue's hint */
  readonly hint?: string | undefined;
  /** Whether trying again may help. @default the catalogue's value; false for unknown codes */
  readonly retryable?: boolean | undefined;
  /** Seconds to wait before trying again, when the source said so. */
  readonly retryAfterSeconds?: number | undefined;
  /** Where it happened: file, line, key path, object, plugin, call … */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The serialised form of an error, the same in frames, reports and `--json` output. */
export interface SerializedError {
  error_type: string;
  error_code: string;
  message: string;
  retryable: boolean;
  hint?: string;
  retry_after?: number;
  details: Record<string, unknown>;
}

const BRAND = Symbol.for("dativo.error");

/**
 * An error with a stable code, whether retrying may help, and what to do about it.
 *
 * Recognise it with `isDativoError`, never with `instanceof`: two copies of this package may be loaded.
 *
 * @example
 * throw new DativoError({ code: "OBJECT_NOT_FOUND", message: 'There is no object "users".' })
 */
export class DativoError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  override readonly name: string = "DativoError";
  readonly [BRAND] = true;

  constructor(init: DativoErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    const entry = catalogued(init.code);
    this.code = init.code;
    this.retryable = init.retryable ?? entry?.retryable ?? false;
    this.hint = init.hint ?? entry?.hint;
    this.retryAfterSeconds = init.retryAfterSeconds;
    this.details = init.details ?? {};
  }

  /** The shape that crosses process borders and ends up in reports. */
  toJSON(): SerializedError {
    return {
      error_type: catalogued(this.code)?.type ?? "DativoError",
      error_code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.retryAfterSeconds === undefined ? {} : { retry_after: this.retryAfterSeconds }),
      // Whatever a plugin put there must not make a report unwritable.
      details: toJsonSafe(this.details) as Record<string, unknown>,
    };
  }

  /** Rebuilds an error from its serialised form. */
  static fromJSON(value: SerializedError): DativoError {
    return new DativoError({
      code: value.error_code,
      message: value.message,
      retryable: value.retryable,
      hint: value.hint,
      retryAfterSeconds: value.retry_after,
      details: value.details ?? {},
    });
  }
}

function catalogued(code: string) {
  return Object.hasOwn(ERROR_CATALOGUE, code) ? ERROR_CATALOGUE[code as ErrorCode] : undefined;
}

/** Says whether a value is a `DativoError` of any copy of this package. */
export function isDativoError(value: unknown): value is DativoError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}

/**
 * Makes a `DativoError` of anything that was thrown, strings and `undefined` included.
 *
 * Errors that already are one pass unchanged; others keep their message and become the `cause`.
 */
export function toDativoError(
  thrown: unknown,
  fallback: Omit<DativoErrorInit, "message" | "cause"> & { prefix?: string },
): DativoError {
  if (isDativoError(thrown)) return thrown;
  const { prefix, ...init } = fallback;
  const message = describeThrown(thrown);
  return new DativoError({ ...init, message: prefix ? `${prefix}: ${message}` : message, cause: thrown });
}

function describeThrown(thrown: unknown): string {
  if (typeof thrown === "string") return thrown === "" ? "an empty string was thrown" : thrown;
  if (typeof thrown === "object" && thrown !== null) {
    if ("message" in thrown && typeof thrown.message === "string" && thrown.message !== "")
      return thrown.message;
    // A failed connection attempt is an AggregateError without a message of its own.
    if ("errors" in thrown && Array.isArray(thrown.errors) && thrown.errors.length > 0)
      return thrown.errors.map(describeThrown).join("; ");
    if (thrown instanceof Error) return thrown.name;
  }
  return `${thrown === null ? "null" : typeof thrown} was thrown instead of an error`;
}
