import { canonical } from "./canonical.js";
import type { Reading, ReadRecord } from "./reading.js";

/** Longest piece of a record that stands for it when nothing identifies it. */
const SHOWN = 80;

/** Names records for people: `quakes/us7000abcd`, by the key that the reader declares or by a column that is unique. */
export class RecordNames {
  private readonly keys = new Map<string, readonly string[]>();

  constructor(reading: Pick<Reading, "records" | "objects">) {
    for (const { name, schema } of reading.objects) if (schema?.key?.length) this.keys.set(name, schema.key);
    for (const object of new Set(reading.records.map((record) => record.object))) {
      if (this.keys.has(object)) continue;
      const rows = reading.records.filter((record) => record.object === object).map(({ row }) => row);
      const column = uniqueColumn(rows);
      if (column !== undefined) this.keys.set(object, [column]);
    }
  }

  /** Columns that identify the records of an object. */
  keyOf(object: string): readonly string[] | undefined {
    return this.keys.get(object);
  }

  of({ object, row }: ReadRecord): string {
    const key = this.keys.get(object);
    if (key === undefined) return `${object} ${canonical(row).slice(0, SHOWN)}`;
    return `${object}/${key.map((column) => plain(row[column])).join(",")}`;
  }

  /** A few names, and how many there are beyond. */
  list(records: readonly ReadRecord[], shown = 5): string {
    const names = records.slice(0, shown).map((record) => this.of(record));
    return records.length > shown
      ? `${names.join(", ")} and ${records.length - shown} more`
      : names.join(", ");
  }
}

function uniqueColumn(rows: readonly Readonly<Record<string, unknown>>[]): string | undefined {
  if (rows.length < 2) return undefined;
  return Object.keys(rows[0] ?? {}).find((column) => {
    const values = rows.map((row) => row[column]);
    const identifies = values.every((value) => typeof value === "string" || Number.isInteger(value));
    return identifies && new Set(values).size === rows.length;
  });
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : canonical(value);
}
