import { daysFromCivil, daysInMonth, formatDate, two } from "./calendar.js";

/** Reasons for which `parseDate` and `parseTimestamp` refuse a text. */
export type TimeFailure = "format" | "range" | "precision" | "zone_missing" | "zone_unexpected";

/** Microseconds since the epoch: whole seconds and the microseconds within them. */
export interface Instant {
  seconds: number;
  micros: number;
}

const ISO_DATE = /^([+-]\d{6,7}|\d{4})-(\d\d)-(\d\d)$/;
const ISO_TIMESTAMP =
  /^([+-]\d{6,7}|\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:(Z|z)|([+-])(\d\d)(?::?(\d\d))?)?$/;

/** Days since the epoch of an ISO date, or why it is none. */
export function parseDate(text: string): number | TimeFailure {
  const match = ISO_DATE.exec(text);
  if (match === null) return "format";
  const days = dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
  return Number.isNaN(days) ? "range" : days;
}

/**
 * Reads an ISO timestamp into `into`.
 *
 * @param zone whether an offset or `Z` must be there (and is applied) or must not be there.
 * @returns undefined on success, else why the text was refused.
 */
export function parseTimestamp(text: string, zone: boolean, into: Instant): TimeFailure | undefined {
  const match = ISO_TIMESTAMP.exec(text);
  if (match === null) return ISO_DATE.test(text) && zone ? "zone_missing" : "format";
  const hasZone = match[8] !== undefined || match[9] !== undefined;
  if (hasZone !== zone) return zone ? "zone_missing" : "zone_unexpected";
  const days = dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  if (Number.isNaN(days) || hour > 23 || minute > 59 || second > 59) return "range";
  const fraction = match[7] ?? "";
  if (fraction.length > 6 && /[1-9]/.test(fraction.slice(6))) return "precision";
  const offset = offsetSeconds(match);
  if (offset === undefined) return "range";
  into.seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset;
  into.micros = Number(fraction.slice(0, 6).padEnd(6, "0"));
  return undefined;
}

function offsetSeconds(match: RegExpExecArray): number | undefined {
  if (match[9] === undefined) return 0;
  const [hours, minutes] = [Number(match[10]), Number(match[11] ?? 0)];
  if (hours > 23 || minutes > 59) return undefined;
  return (match[9] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function dayNumber(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  return daysFromCivil(year, month, day);
}

/**
 * Microseconds since the epoch of the most usual forms, `YYYY-MM-DDThh:mm:ss` with up to six fractional digits,
 * followed by `Z` or `±hh:mm` exactly if `zone`; NaN for every other text, which `parseTimestamp` then judges.
 */
export function parsePlainTimestamp(text: string, zone: boolean): number {
  const length = text.length;
  if (length < 19 || length > 32) return Number.NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const separator = text.charCodeAt(10);
  if (
    text.charCodeAt(4) !== DASH ||
    text.charCodeAt(7) !== DASH ||
    text.charCodeAt(13) !== COLON ||
    text.charCodeAt(16) !== COLON ||
    (separator !== 84 && separator !== 32) ||
    !(month >= 1 && month <= 12 && day >= 1 && hour < 24 && minute < 60 && second < 60) ||
    (day > 28 && day > daysInMonth(year, month))
  )
    return Number.NaN;
  const isUtc = zone && text.charCodeAt(length - 1) === 90;
  const end = isUtc ? length - 1 : zone ? length - 6 : length;
  const offset = isUtc || !zone ? 0 : plainOffset(text, end);
  let micros = 0;
  if (end !== 19) {
    if (end <= 20 || end > 26 || text.charCodeAt(19) !== 46) return Number.NaN;
    let unit = 100_000;
    for (let index = 20; index < end; index++) {
      const digit = text.charCodeAt(index) - 48;
      if (!(digit >= 0 && digit <= 9)) return Number.NaN;
      micros += digit * unit;
      unit /= 10;
    }
  }
  // Between these years the count is exact in a double; the others are left to the slow way.
  if (!(year >= 1685 && year < 2255)) return Number.NaN;
  const seconds = dayCache(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  return (seconds - offset) * 1_000_000 + micros;
}

/** Seconds of an offset `±hh:mm`; NaN for another text. */
function plainOffset(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if ((sign !== PLUS && sign !== DASH) || text.charCodeAt(at + 3) !== COLON) return Number.NaN;
  if (!(hours < 24 && minutes < 60)) return Number.NaN;
  return (sign === DASH ? -1 : 1) * (hours * 3600 + minutes * 60);
}

const PLUS = 43;
const DASH = 45;
const COLON = 58;

/** Value of two digits at `at`, NaN when one of them is none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const units = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : Number.NaN;
}

let cachedKey = -1;
let cachedDays = 0;

function dayCache(year: number, month: number, day: number): number {
  const key = year * 512 + month * 32 + day;
  if (key !== cachedKey) {
    cachedDays = daysFromCivil(year, month, day);
    cachedKey = key;
  }
  return cachedDays;
}

/**
 * ISO text of microseconds since the epoch, with three fractional digits, or six when there are microseconds.
 * No fraction is written for whole seconds.
 */
export function formatTimestamp(seconds: number, micros: number, zone: boolean): string {
  const days = Math.floor(seconds / 86_400);
  const second = seconds - days * 86_400;
  const hour = Math.floor(second / 3600);
  const minute = Math.floor((second - hour * 3600) / 60);
  const text = `${formatDate(days)}T${two(hour)}:${two(minute)}:${two(second - hour * 3600 - minute * 60)}`;
  return `${text}${formatFraction(micros)}${zone ? "Z" : ""}`;
}

function formatFraction(micros: number): string {
  if (micros === 0) return "";
  const digits = String(micros).padStart(6, "0");
  return `.${micros % 1000 === 0 ? digits.slice(0, 3) : digits}`;
}
