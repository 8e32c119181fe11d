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
  return parseUsualTime(text, zone) ?? parseAnyTime(text, zone);
}

/** Days before each month of a year that is not a leap year. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/**
 * The layout nearly every API uses, `YYYY-MM-DDTHH:MM:SS[.fff…][Z]`, several times as fast as the general one.
 * Whatever is unusual, the end of a month included, is left to that.
 */
function parseUsualTime(text: string, zone: boolean): bigint | undefined {
  const end = zone ? text.length - 1 : text.length;
  if (
    end < 19 ||
    text[4] !== "-" ||
    text[7] !== "-" ||
    text[10] !== "T" ||
    text[13] !== ":" ||
    text[16] !== ":"
  )
    return undefined;
  if (zone && text[end] !== "Z") return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  if (
    !(
      year >= 1 &&
      month >= 1 &&
      month <= 12 &&
      day >= 1 &&
      day <= 28 &&
      hour <= 23 &&
      minute <= 59 &&
      second <= 59
    )
  )
    return undefined;
  let nanos = 0;
  if (end > 19) {
    if (text[19] !== "." || end > 29) return undefined;
    nanos = digits(text, 20, end) * 10 ** (29 - end);
    if (!(nanos >= 0)) return undefined;
  }
  const leapYears = month > 2 ? year : year - 1;
  const days =
    (year - 1) * 365 +
    Math.floor(leapYears / 4) -
    Math.floor(leapYears / 100) +
    Math.floor(leapYears / 400) +
    (DAYS_BEFORE[month - 1] as number) +
    day -
    719_163; // days from 0001-01-01 to 1970-01-01, and one because days count from 1
  return BigInt(((days * 24 + hour) * 60 + minute) * 60 + second) * NANOS_PER_SECOND + BigInt(nanos);
}

/** The number that the characters spell; NaN when one of them is no digit, or when there are none. */
function digits(text: string, start: number, end: number): number {
  let value = start === end ? Number.NaN : 0;
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function parseAnyTime(text: string, zone: boolean): bigint | undefined {
  const match = ISO_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = "00", fraction = "", offset] =
    match as unknown as string[];
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
