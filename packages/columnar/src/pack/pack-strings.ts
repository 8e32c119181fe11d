import type { Column } from "@dativo/protocol";
import { column } from "../columns/column-batch.js";
import type { Scope } from "./pack-run.js";
import { encodeTexts } from "./text-buffer.js";
import { Validity } from "./validity.js";
import { isWellFormed } from "./well-formed.js";

/** Packs a column of texts. */
export function packStrings(values: readonly unknown[], length: number, scope: Scope): Column {
  const texts = new Array<string>(length);
  const validity = new Validity(length);
  for (let index = 0; index < length; index++) {
    const value = values[index];
    if (typeof value === "string") texts[index] = value;
    else if (value === null || value === undefined) {
      texts[index] = "";
      validity.setNull(index);
    } else texts[index] = textOf(value, index, scope);
  }
  return packTexts(texts, length, validity, scope);
}

/** Encodes the texts of a column, rejecting those that are not well-formed. */
export function packTexts(texts: string[], length: number, validity: Validity, scope: Scope): Column {
  const encoded = encodeTexts(texts, length);
  // Only texts beyond ASCII can be malformed, and those take more bytes than they have characters.
  if (!allWellFormed(texts, length, encoded.values.length))
    for (let index = 0; index < length; index++)
      if (!isWellFormed(texts[index] as string))
        scope.reject(index, "encoding", texts[index], "text without lone surrogates");
  return column({ length, nullCount: validity.nullCount, validity: validity.bits, ...encoded });
}

function allWellFormed(texts: readonly string[], length: number, bytes: number): boolean {
  let characters = 0;
  for (let index = 0; index < length; index++) characters += (texts[index] as string).length;
  if (characters === bytes) return true;
  for (let index = 0; index < length; index++) if (!isWellFormed(texts[index] as string)) return false;
  return true;
}

function textOf(value: unknown, index: number, scope: Scope): string {
  switch (typeof value) {
    case "number":
      scope.coerced("number_to_string");
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      scope.coerced("bigint_to_string");
      return value.toString();
    case "boolean":
      scope.coerced("boolean_to_string");
      return String(value);
    default:
      if (value instanceof Date && !Number.isNaN(value.getTime())) {
        scope.coerced("date_to_string");
        return value.toISOString();
      }
      scope.reject(index, "type", value);
      return "";
  }
}
