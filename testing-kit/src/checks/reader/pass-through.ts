import type { FieldType } from "@dativo/protocol";
import type { FaultPlan } from "../../http/exchange.js";
import { recordsOf, withRecords } from "../../http/page-records.js";
import type { Baseline } from "../../plugin/baseline.js";
import { canonical } from "../../plugin/canonical.js";
import { type LeafPath, leafAt, leavesOf, rawRecordsOf } from "./cursor-field.js";

/** A column whose values the reader hands over as the source has them. */
export interface PassThrough {
  readonly object: string;
  readonly column: string;
  /** Where the value is in the source's records. */
  readonly path: LeafPath;
  /** The source's records, in the order of the records that the reader yields. */
  readonly raw: readonly unknown[];
  readonly type: FieldType["kind"] | undefined;
  readonly required: boolean;
  /** Whether it identifies records, or is followed by the reader. */
  readonly special: boolean;
}

/** What was found in each full read, as several checks look for it. */
const FOUND = new WeakMap<Baseline, readonly PassThrough[]>();

/** Columns that a reader passes through unchanged, found by comparing what came in with what came out. */
export function passThroughs(baseline: Baseline): readonly PassThrough[] {
  const found = FOUND.get(baseline) ?? findPassThroughs(baseline);
  FOUND.set(baseline, found);
  return found;
}

function findPassThroughs(baseline: Baseline): PassThrough[] {
  const { reading, names } = baseline;
  return reading.objects.flatMap(({ name: object, schema, cursor }) => {
    const raw = rawRecordsOf(baseline, object);
    const rows = reading.records.filter((record) => record.object === object).map(({ row }) => row);
    if (raw === undefined || raw.length === 0) return [];
    const leaves = leavesOf(raw.find((record) => record !== null) ?? {});
    return Object.keys(rows[0] ?? {}).flatMap((column) => {
      const same = (path: LeafPath) =>
        rows.every((row, index) => canonical(row[column]) === canonical(leafAt(raw[index], path)));
      const varies = new Set(rows.map((row) => canonical(row[column]))).size > 1;
      const path = varies ? leaves.find(same) : undefined;
      if (path === undefined) return [];
      const field = schema?.fields.find(({ name }) => name === column);
      const special = column === cursor || (names.keyOf(object)?.includes(column) ?? false);
      return [
        { object, column, path, raw, type: field?.type.kind, required: field?.required ?? false, special },
      ];
    });
  });
}

/** Replaces records of the source wherever they are served, by their canonical text. */
export function replaceRecords(replacements: ReadonlyMap<string, unknown>): FaultPlan {
  return () => ({
    kind: "change",
    change: (answer) => {
      const page = recordsOf(answer);
      if (page === undefined) return answer;
      return withRecords(
        answer,
        page,
        page.records.map((record) => {
          const text = canonical(record);
          return replacements.has(text) ? replacements.get(text) : record;
        }),
      );
    },
  });
}
