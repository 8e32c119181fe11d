import type { Column } from "@dativo/protocol";
import { column } from "../columns/column-batch.js";
import { parseDate } from "../values/timestamp.js";
import type { Scope } from "./pack-run.js";
import { Validity } from "./validity.js";

const EXPECTED = "date (YYYY-MM-DD)";
const DAY_MS = 86_400_000;

/** Packs a column of dates as days since the epoch. */
export function packDates(values: readonly unknown[], length: number, scope: Scope): Column {
  const days = new Int32Array(length);
  const validity = new Validity(length);
  for (let index = 0; index < length; index++) {
    const value = values[index];
    if (typeof value === "string") {
      const parsed = parseDate(value);
      if (typeof parsed !== "number")
        scope.reject(index, parsed === "range" ? "range" : "format", value, EXPECTED);
      else if ((parsed | 0) !== parsed) scope.reject(index, "range", value, EXPECTED);
      else days[index] = parsed;
    } else if (value === null || value === undefined) validity.setNull(index);
    else if (!(value instanceof Date) || Number.isNaN(value.getTime())) scope.reject(index, "type", value);
    else if (value.getTime() % DAY_MS !== 0) scope.reject(index, "precision", value, "date (midnight UTC)");
    else {
      days[index] = value.getTime() / DAY_MS;
      scope.coerced("date_to_date");
    }
  }
  return column({ length, nullCount: validity.nullCount, validity: validity.bits, values: days });
}
