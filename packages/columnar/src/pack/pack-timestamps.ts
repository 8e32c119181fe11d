import type { Column } from "@dativo/protocol";
import { column } from "../columns/column-batch.js";
import { wordsOf, writeSafeInteger } from "../values/int64.js";
import { type Instant, parsePlainTimestamp, parseTimestamp, type TimeFailure } from "../values/timestamp.js";
import type { Scope } from "./pack-run.js";
import type { RejectionReason } from "./rejection.js";
import { Validity } from "./validity.js";

/** Packs a column of timestamps as microseconds since the epoch. */
export function packTimestamps(
  values: readonly unknown[],
  length: number,
  scope: Scope,
  zone: boolean,
): Column {
  const micros = new BigInt64Array(length);
  const words = wordsOf(micros);
  const validity = new Validity(length);
  for (let index = 0; index < length; index++) {
    const value = values[index];
    if (typeof value === "string") {
      const plain = parsePlainTimestamp(value, zone);
      if (Number.isNaN(plain)) packTimestampText(micros, index, value, scope, zone);
      else {
        writeSafeInteger(words, index, plain);
        if (zone && value.charCodeAt(value.length - 1) !== 90) scope.coerced("offset_to_timestamp");
      }
    } else if (value === null || value === undefined) validity.setNull(index);
    else if (!(value instanceof Date) || Number.isNaN(value.getTime()))
      scope.reject(index, "type", value, expected(zone));
    else {
      micros[index] = BigInt(value.getTime()) * 1000n;
      scope.coerced("date_to_timestamp");
    }
  }
  return column({ length, nullCount: validity.nullCount, validity: validity.bits, values: micros });
}

const REASONS: Readonly<Record<TimeFailure, RejectionReason>> = {
  format: "format",
  zone_missing: "format",
  zone_unexpected: "format",
  range: "range",
  precision: "precision",
};

const instant: Instant = { seconds: 0, micros: 0 };

function packTimestampText(
  micros: BigInt64Array,
  index: number,
  text: string,
  scope: Scope,
  zone: boolean,
): void {
  const failure = parseTimestamp(text, zone, instant);
  if (failure !== undefined) {
    scope.reject(index, REASONS[failure], text, expected(zone));
    return;
  }
  const { seconds } = instant;
  const exact = BigInt(seconds) * 1_000_000n + BigInt(instant.micros);
  if (BigInt.asIntN(64, exact) !== exact) {
    scope.reject(index, "range", text, expected(zone));
    return;
  }
  micros[index] = exact;
  if (zone && !/[zZ]$/.test(text)) scope.coerced("offset_to_timestamp");
}

function expected(zone: boolean): string {
  return zone
    ? "timestamp_tz (ISO 8601 with an offset or Z, up to microseconds)"
    : "timestamp (ISO 8601 without an offset, up to microseconds)";
}
