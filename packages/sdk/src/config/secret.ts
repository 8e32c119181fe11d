import { REDACTED } from "@dativo/protocol";
import { z } from "zod";

const BRAND = Symbol.for("dativo.secret");

/**
 * A value that shows itself only when asked to by name.
 *
 * Printed, logged, put into a template or turned into JSON it reads `[redacted]`.
 *
 * @example
 * const key = new Secret("hunter22"); `${key}` // "[redacted]"
 * key.reveal() // "hunter22"
 */
export class Secret {
  readonly #value: string;
  readonly [BRAND] = true;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/** Says whether a value is a `Secret` of any copy of this package. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}

/** The text of a secret, or the text itself. */
export function reveal(value: Secret | string): string {
  return isSecret(value) ? value.reveal() : value;
}

/**
 * A configuration value that is secret: text in the job file, a `Secret` in the plugin.
 *
 * It is hidden in logs, errors and reports, and marked `x-dativo-secret` in the configuration's JSON Schema.
 *
 * @example
 * credentials: z.object({ api_key: secret() })
 */
export function secret() {
  return z
    .string()
    .min(1, "must not be empty")
    .transform((text) => new Secret(text))
    .meta({ "x-dativo-secret": true, writeOnly: true });
}
