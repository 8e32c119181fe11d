import type { Column } from "@dativo/protocol";
import { createBitmap } from "../columns/bits.js";
import { column } from "../columns/column-batch.js";
import type { Scope } from "./pack-run.js";
import { Validity } from "./validity.js";

/** Packs a column of booleans. */
export function packBooleans(values: readonly unknown[], length: number, scope: Scope): Column {
  const bits = createBitmap(length);
  const validity = new Validity(length);
  for (let index = 0; index < length; index++) {
    const value = values[index];
    if (value === true || (value !== false && isTrue(value, index, validity, scope)))
      bits[index >> 3] = (bits[index >> 3] as number) | (1 << (index & 7));
  }
  const used = bits.subarray(0, (length + 7) >> 3);
  return column({ length, nullCount: validity.nullCount, validity: validity.bits, values: used });
}

function isTrue(value: unknown, index: number, validity: Validity, scope: Scope): boolean {
  if (value === null || value === undefined) validity.setNull(index);
  else if (value === 0 || value === 1) scope.coerced("number_to_boolean");
  else if (value === "true" || value === "false") scope.coerced("string_to_boolean");
  else scope.reject(index, typeof value === "string" ? "format" : "type", value);
  return value === 1 || value === "true";
}
