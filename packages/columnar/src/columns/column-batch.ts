import type { Column, ColumnBatch, TableSchema } from "@dativo/protocol";

/** Puts columns together to a batch and adds up the bytes they hold. */
export function columnBatch(
  schema: TableSchema,
  recordCount: number,
  columns: readonly Column[],
): ColumnBatch {
  let byteSize = 0;
  for (const column of columns) byteSize += columnBytes(column);
  return { form: "arrow", schema, recordCount, columns, byteSize };
}

/** Bytes held by the buffers of a column and of its children. */
export function columnBytes(column: Column): number {
  let bytes =
    (column.validity?.byteLength ?? 0) + (column.values?.byteLength ?? 0) + (column.offsets?.byteLength ?? 0);
  for (const child of column.children ?? []) bytes += columnBytes(child);
  return bytes;
}

/** Makes a column, leaving out the parts that are absent. */
export function column(parts: {
  length: number;
  nullCount: number;
  validity?: Uint8Array | undefined;
  values?: Column["values"] | undefined;
  offsets?: Int32Array | undefined;
  children?: readonly Column[] | undefined;
}): Column {
  const made: { -readonly [K in keyof Column]: Column[K] } = {
    length: parts.length,
    nullCount: parts.nullCount,
  };
  if (parts.nullCount > 0 && parts.validity !== undefined) made.validity = parts.validity;
  if (parts.values !== undefined) made.values = parts.values;
  if (parts.offsets !== undefined) made.offsets = parts.offsets;
  if (parts.children !== undefined) made.children = parts.children;
  return made;
}
