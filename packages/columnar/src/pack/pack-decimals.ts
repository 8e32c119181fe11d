import type { Column } from "@dativo/protocol";
import { column } from "../columns/column-batch.js";
import { POWERS_OF_TEN, parseDecimal } from "../values/decimal.js";
import { writeSafeInteger } from "../values/int64.js";
import type { Scope } from "./pack-run.js";
import { Validity } from "./validity.js";

/** Packs a column of decimals as 128-bit integers. */
export function packDecimals(
  values: readonly unknown[],
  length: number,
  scope: Scope,
  precision: number,
  scale: number,
): Column {
  const bytes = new Uint8Array(new ArrayBuffer(length * 16));
  const target: Target = {
    words: new Int32Array(bytes.buffer),
    halves: new BigUint64Array(bytes.buffer),
    limit: POWERS_OF_TEN[precision] as bigint,
    safeLimit: precision <= 15 ? 10 ** precision : Number.MAX_SAFE_INTEGER,
    scale,
  };
  const validity = new Validity(length);
  for (let index = 0; index < length; index++) {
    const value = values[index];
    if (typeof value === "string") packText(target, index, value, value, scope);
    else if (value === null || value === undefined) validity.setNull(index);
    else if (typeof value === "number" && Number.isFinite(value)) {
      if (packText(target, index, String(value), value, scope)) scope.coerced("number_to_decimal");
    } else if (typeof value === "bigint") {
      if (packUnscaled(target, index, value * (POWERS_OF_TEN[scale] as bigint), value, scope))
        scope.coerced("bigint_to_decimal");
    } else scope.reject(index, "type", value);
  }
  return column({ length, nullCount: validity.nullCount, validity: validity.bits, values: bytes });
}

interface Target {
  readonly words: Int32Array;
  readonly halves: BigUint64Array;
  readonly limit: bigint;
  readonly safeLimit: number;
  readonly scale: number;
}

function packText(target: Target, index: number, text: string, value: unknown, scope: Scope): boolean {
  const plain = parsePlain(text, target.scale);
  if (plain > -target.safeLimit && plain < target.safeLimit) {
    writeSafeInteger(target.words, index * 2, plain);
    const sign = plain < 0 ? -1 : 0;
    target.words[index * 4 + 2] = sign;
    target.words[index * 4 + 3] = sign;
    return true;
  }
  const parts = parseDecimal(text);
  if (parts === undefined) scope.reject(index, "format", value);
  else if (parts.scale > target.scale) scope.reject(index, "precision", value);
  else
    return packUnscaled(
      target,
      index,
      parts.unscaled * (POWERS_OF_TEN[target.scale - parts.scale] as bigint),
      value,
      scope,
    );
  return false;
}

function packUnscaled(
  target: Target,
  index: number,
  unscaled: bigint,
  value: unknown,
  scope: Scope,
): boolean {
  if (unscaled >= target.limit || unscaled <= -target.limit) {
    scope.reject(index, "range", value);
    return false;
  }
  target.halves[index * 2] = BigInt.asUintN(64, unscaled);
  target.halves[index * 2 + 1] = BigInt.asUintN(64, unscaled >> 64n);
  return true;
}

/** Unscaled value of short plain text such as `-12.5`, NaN for all other text. */
function parsePlain(text: string, scale: number): number {
  const { length } = text;
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  if (length === start || length > 16 || scale > 15) return Number.NaN;
  let value = 0;
  let point = -1;
  for (let index = start; index < length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === -2 && point < 0) point = index;
    else return Number.NaN;
  }
  const fraction = point < 0 ? 0 : length - point - 1;
  if (fraction > scale || (point >= 0 && length - start === 1)) return Number.NaN;
  const unscaled = value * 10 ** (scale - fraction);
  return start === 1 ? -unscaled : unscaled;
}
