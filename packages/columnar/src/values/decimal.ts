/** A decimal number: digits as an integer, to be divided by 10^scale. */
export interface DecimalParts {
  readonly unscaled: bigint;
  readonly scale: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * Reads decimal text such as `-12.50` or `1e-7`, exactly; undefined when it is none.
 *
 * Trailing zeros of the fraction are dropped, so that the scale is the least that holds the value.
 */
export function parseDecimal(text: string): DecimalParts | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const whole = match[2] ?? "";
  const fraction = match[3] ?? "";
  if (whole === "" && fraction === "") return undefined;
  const exponent = Number(match[4] ?? 0);
  const digits = (whole + fraction).replace(/^0+(?=\d)/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return { unscaled: 0n, scale: 0 };
  const scale = fraction.length - exponent - (digits.length - significant.length);
  const magnitude = BigInt(scale < 0 ? significant + "0".repeat(-scale) : significant);
  return { unscaled: match[1] === "-" ? -magnitude : magnitude, scale: Math.max(0, scale) };
}

/** Powers of ten as bigints, up to the largest precision. */
export const POWERS_OF_TEN: readonly bigint[] = Array.from(
  { length: 40 },
  (_, power) => 10n ** BigInt(power),
);

/** Text of an unscaled decimal with exactly `scale` fractional digits. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${negative ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
