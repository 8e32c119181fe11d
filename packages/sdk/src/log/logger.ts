import type { LogLevel, LogRecord, Redactor } from "@dativo/protocol";

/** Writes one log record: a message, or fields and a message. */
export interface LogMethod {
  (message: string): void;
  (fields: object, message?: string): void;
}

/**
 * A logger of the shape that pino made common; secrets are removed from everything it writes.
 *
 * @example
 * log.info({ page: 3, rows: 200 }, "page read")
 */
export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** A logger that adds these fields to every record. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

/** Makes a logger whose records go to `write`. */
export function createLogger(
  to: { readonly source: string; readonly write: (record: LogRecord) => void; readonly redactor: Redactor },
  bindings: Readonly<Record<string, unknown>> = {},
): Logger {
  const method =
    (level: LogLevel): LogMethod =>
    (first: string | object, message?: string) => {
      const fields = { ...bindings, ...(typeof first === "string" ? {} : fieldsOf(first)) };
      const text =
        typeof first === "string" ? first : (message ?? (first instanceof Error ? first.message : ""));
      to.write({
        level,
        message: to.redactor.text(text),
        source: to.source,
        ...(Object.keys(fields).length === 0 ? {} : { fields: to.redactor.value(fields) }),
      });
    };
  return {
    trace: method("trace"),
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    child: (fields) => createLogger(to, { ...bindings, ...fields }),
  };
}

function fieldsOf(value: object): Record<string, unknown> {
  if (value instanceof Error) return { err: describeError(value) };
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item instanceof Error ? describeError(item) : item]),
  );
}

/** An error's members are not enumerable, so it would be logged as `{}`. */
function describeError(error: Error): Record<string, unknown> {
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
  };
}
