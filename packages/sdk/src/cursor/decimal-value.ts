/** An exact decimal number: `unscaled` × 10^−`scale`, with no trailing zeros. */
export interface DecimalValue {
  readonly unscaled: bigint;
  readonly scale: number;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** The exact value of a decimal text, number or bigint, or undefined when it is none. */
export function parseDecimal(value: string | number | bigint): DecimalValue | undefined {
  const match = DECIMAL.exec(String(value));
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  let unscaled = BigInt(whole + fraction);
  let scale = fraction.length - Number(exponent);
  if (scale < 0) {
    unscaled *= 10n ** BigInt(-scale);
    scale = 0;
  }
  return { unscaled: sign === "-" ? -unscaled : unscaled, scale };
}

/** Below 0 when `left` is smaller, 0 when both are the same number, above 0 when `left` is greater. */
export function compareDecimals(left: DecimalValue, right: DecimalValue): number {
  const scale = Math.max(left.scale, right.scale);
  const [a, b] = [rescale(left, scale), rescale(right, scale)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function rescale(value: DecimalValue, scale: number): bigint {
  return value.scale === scale ? value.unscaled : value.unscaled * 10n ** BigInt(scale - value.scale);
}
