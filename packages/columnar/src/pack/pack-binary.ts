import type { Column } from "@dativo/protocol";
import { column } from "../columns/column-batch.js";
import type { Scope } from "./pack-run.js";
import { Validity } from "./validity.js";

const NOTHING = new Uint8Array(0);

/** Packs a column of byte strings. */
export function packBinary(values: readonly unknown[], length: number, scope: Scope): Column {
  const offsets = new Int32Array(length + 1);
  const parts = new Array<Uint8Array>(length);
  const validity = new Validity(length);
  let end = 0;
  for (let index = 0; index < length; index++) {
    const part = bytesOf(values[index], index, validity, scope);
    parts[index] = part;
    end += part.length;
    offsets[index + 1] = end;
  }
  const bytes = new Uint8Array(new ArrayBuffer(end));
  for (let index = 0; index < length; index++) bytes.set(parts[index] as Uint8Array, offsets[index]);
  return column({ length, nullCount: validity.nullCount, validity: validity.bits, offsets, values: bytes });
}

function bytesOf(value: unknown, index: number, validity: Validity, scope: Scope): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value === null || value === undefined) validity.setNull(index);
  else if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  else if (value instanceof ArrayBuffer) return new Uint8Array(value);
  else if (typeof value !== "string") scope.reject(index, "type", value);
  else {
    const decoded = Buffer.from(value, "base64");
    if (decoded.toString("base64") === value) {
      scope.coerced("base64_to_binary");
      return decoded;
    }
    scope.reject(index, "format", value, "binary (bytes or Base64 text)");
  }
  return NOTHING;
}
