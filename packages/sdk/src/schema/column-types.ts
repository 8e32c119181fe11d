import { formatFieldType } from "@dativo/protocol";
import { z } from "zod";

/**
 * A whole number of up to 64 bits: a number while it is safe, a bigint beyond ±(2^53 − 1).
 *
 * @example
 * z.object({ id: integer() })
 */
export function integer() {
  return z.union([z.number(), z.bigint()]).meta({ dativo: "integer" });
}

/**
 * An exact decimal number, best given as text.
 *
 * @param precision digits in all, 1 to 38
 * @param scale digits after the point
 * @example
 * z.object({ price: decimal(10, 2) })
 */
export function decimal(precision: number, scale: number) {
  return z
    .union([z.string(), z.number(), z.bigint()])
    .meta({ dativo: formatFieldType({ kind: "decimal", precision, scale }) });
}

/**
 * A point in time to the microsecond, as ISO 8601 text or a `Date`.
 *
 * @param options `zone: true` for an instant (text with Z or an offset), `zone: false` for a wall-clock reading.
 *   @default { zone: true }
 * @example
 * z.object({ updated: timestamp(), opens_at: timestamp({ zone: false }) })
 */
export function timestamp(options: { readonly zone?: boolean } = {}) {
  return z
    .union([z.string(), z.date()])
    .meta({ dativo: formatFieldType({ kind: "timestamp", zone: options.zone ?? true }) });
}

/**
 * Bytes.
 *
 * @example
 * z.object({ thumbnail: binary().nullable() })
 */
export function binary() {
  return z.instanceof(Uint8Array).meta({ dativo: "binary" });
}

/**
 * A value of any shape, stored as JSON text.
 *
 * @example
 * z.object({ properties: json() })
 */
export function json<T = unknown>() {
  return z.custom<T>(() => true).meta({ dativo: "json" });
}
