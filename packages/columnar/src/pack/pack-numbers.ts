import type { Column } from "@dativo/protocol";
import { column } from "../columns/column-batch.js";
import { parseDecimal } from "../values/decimal.js";
import { wordsOf, writeSafeInteger } from "../values/int64.js";
import type { Scope } from "./pack-run.js";
import { Validity } from "./validity.js";

/** Values of a column, the numbers apart from the rest. */
export interface SplitNumbers {
  /** The numbers; 0 where the value is something else. */
  readonly numbers: Float64Array;
  /** Where the values that are not numbers stand, in order. */
  readonly others: readonly number[];
}

/** Separates the numbers of an array from the rest. */
export function splitNumbers(values: readonly unknown[], length: number): SplitNumbers {
  const numbers = new Float64Array(length);
  const others: number[] = [];
  for (let index = 0; index < length; index++) {
    const value = values[index];
    if (typeof value === "number") numbers[index] = value;
    else others.push(index);
  }
  return { numbers, others };
}

const INTEGER_TEXT = /^(?:0|-?[1-9]\d{0,18})$/;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** Packs a column of integers. */
export function packIntegers(
  { numbers, others }: SplitNumbers,
  valueAt: (index: number) => unknown,
  scope: Scope,
): Column {
  const { length } = numbers;
  const values = new BigInt64Array(length);
  const words = wordsOf(values);
  const validity = new Validity(length);
  for (let index = 0; index < length; index++) {
    const number = numbers[index] as number;
    if (Math.floor(number) === number && number <= MAX_SAFE && number >= -MAX_SAFE)
      writeSafeInteger(words, index, number);
    else scope.reject(index, Number.isNaN(number) ? "type" : "precision", number);
  }
  for (const index of others) {
    const value = valueAt(index);
    if (value === null || value === undefined) {
      validity.setNull(index);
      continue;
    }
    const integer =
      typeof value === "bigint" ? value : typeof value === "string" ? integerOf(value) : undefined;
    if (integer === undefined) scope.reject(index, typeof value === "string" ? "format" : "type", value);
    else if (BigInt.asIntN(64, integer) !== integer) scope.reject(index, "range", value);
    else {
      values[index] = integer;
      if (typeof value === "string") scope.coerced("string_to_integer");
    }
  }
  return column({ length, nullCount: validity.nullCount, validity: validity.bits, values });
}

function integerOf(text: string): bigint | undefined {
  return INTEGER_TEXT.test(text) ? BigInt(text) : undefined;
}

/** Packs a column of doubles. */
export function packNumbers(
  { numbers, others }: SplitNumbers,
  valueAt: (index: number) => unknown,
  scope: Scope,
): Column {
  const { length } = numbers;
  const validity = new Validity(length);
  for (const index of others) {
    const value = valueAt(index);
    if (value === null || value === undefined) {
      validity.setNull(index);
    } else if (typeof value === "bigint") {
      const number = Number(value);
      if (Number.isFinite(number) && BigInt(number) === value) {
        numbers[index] = number;
        scope.coerced("bigint_to_number");
      } else scope.reject(index, "precision", value);
    } else if (typeof value === "string") packNumberText(numbers, index, value, scope);
    else scope.reject(index, "type", value);
  }
  return column({ length, nullCount: validity.nullCount, validity: validity.bits, values: numbers });
}

const NUMBER_TEXT = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,4})?$/;

function packNumberText(numbers: Float64Array, index: number, text: string, scope: Scope): void {
  const number = NUMBER_TEXT.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number)) scope.reject(index, "format", text);
  else if (!Number.isFinite(number)) scope.reject(index, "range", text);
  else if (!sameDecimal(text, number)) scope.reject(index, "precision", text);
  else {
    numbers[index] = number;
    scope.coerced("string_to_number");
  }
}

/** Says whether the shortest text of a double has the value of a longer text. */
function sameDecimal(text: string, number: number): boolean {
  const short = String(number);
  if (short === text) return true;
  const left = parseDecimal(text);
  const right = parseDecimal(short);
  return (
    left !== undefined &&
    right !== undefined &&
    left.unscaled === right.unscaled &&
    left.scale === right.scale
  );
}
