import { sliceBatch } from "@dativo/columnar";
import { type BatchData, parseLosslessJson, type Row } from "@dativo/protocol";
import { countRecords } from "./prepare/relations.js";

/** The first records of a batch, and how many they are. */
export async function firstRecords(
  data: BatchData,
  most: number,
): Promise<{ readonly data: BatchData; readonly records: number }> {
  switch (data.form) {
    case "rows":
      return firstRows(data.rows, most);
    case "arrow":
      if (data.recordCount <= most) return { data, records: data.recordCount };
      return { data: sliceBatch(data, 0, most), records: most };
    case "native": {
      if (data.recordCount <= most) return { data, records: data.recordCount };
      const first = sliceBatch(data.columns(), 0, most);
      data.release();
      return { data: first, records: most };
    }
    case "json":
      if (data.recordCount !== undefined && data.recordCount <= most)
        return { data, records: data.recordCount };
      return firstRows(parseLosslessJson(new TextDecoder().decode(data.text)) as Row[], most);
    case "relation": {
      if (data.recordCount !== undefined && data.recordCount <= most)
        return { data, records: data.recordCount };
      const { sorted, ...certain } = (await data.sorted?.()) ?? data;
      const first = { ...certain, sql: `SELECT * FROM (${certain.sql}) LIMIT ${most}` };
      const records =
        certain.recordCount === undefined ? await countRecords(first) : Math.min(certain.recordCount, most);
      return { data: { ...first, recordCount: records }, records };
    }
  }
}

function firstRows(
  rows: readonly Row[],
  most: number,
): { readonly data: BatchData; readonly records: number } {
  const first = rows.length <= most ? rows : rows.slice(0, most);
  return { data: { form: "rows", rows: first }, records: first.length };
}
