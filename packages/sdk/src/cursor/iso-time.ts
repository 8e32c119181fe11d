const ISO_TIME =
  /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?$/;
const ISO_DATE = /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)$/;

const NANOS_PER_MILLI = 1_000_000n;
const NANOS_PER_SECOND = 1_000_000_000n;

/**
 * Nanoseconds since the epoch of an ISO 8601 text, or undefined when it is not one.
 *
 * With `zone` the text must carry Z or an offset; without, it must not, and is read as if it were UTC. Digits
 * beyond nanoseconds are left out.
 */
export function parseIsoTime(text: string, zone: boolean): bigint | undefined {
  const match = ISO_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = "00", fraction = "", offset] = match as unknown as string[];
  if ((offset !== undefined) !== zone) return undefined;
  const millis = utcMillis(Number(year), Number(month), Number(day));
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  if (millis === undefined || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const offsetMinutes = offset === undefined ? 0 : parseOffset(offset);
  if (offsetMinutes === undefined) return undefined;
  const whole = millis + ((hours * 60 + minutes - offsetMinutes) * 60 + seconds) * 1000;
  const nanos = fraction === "" ? 0 : Number(fraction.slice(0, 9).padEnd(9, "0"));
  return BigInt(whole) * NANOS_PER_MILLI + BigInt(nanos);
}

/** Days since the epoch of an ISO 8601 date, or undefined when it is not one. */
export function parseIsoDate(text: string): bigint | undefined {
  const match = ISO_DATE.exec(text);
  if (match === null) return undefined;
  const millis = utcMillis(Number(match[1]), Number(match[2]), Number(match[3]));
  return millis === undefined ? undefined : BigInt(millis / 86_400_000);
}

/** ISO 8601 text of nanoseconds since the epoch, with as many digits of the second as asked for. */
export function formatIsoTime(nanos: bigint, fractionDigits: number, zone: boolean): string {
  const rest = ((nanos % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  const whole = new Date(Number((nanos - rest) / NANOS_PER_MILLI)).toISOString().replace(/\.\d{3}Z$/, "");
  const fraction = String(rest).padStart(9, "0").slice(0, fractionDigits);
  return `${whole}${fraction === "" ? "" : `.${fraction}`}${zone ? "Z" : ""}`;
}

/** ISO 8601 text of days since the epoch. */
export function formatIsoDate(days: bigint): string {
  return new Date(Number(days) * 86_400_000).toISOString().replace(/T.*$/, "");
}

/** Number of digits of the second that an ISO 8601 text carries, at most 9. */
export function fractionDigits(text: string): number {
  return Math.min(/[.,](\d+)/.exec(text)?.[1]?.length ?? 0, 9);
}

function utcMillis(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

function parseOffset(text: string): number | undefined {
  if (text === "Z" || text === "z") return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(3).replace(":", "") || "0")];
  if (hours > 23 || minutes > 59) return undefined;
  return (text[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}
