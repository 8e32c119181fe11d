/** Rows of a page whose size is looked at to estimate the whole page. */
const SAMPLE = 16;

/** Roughly the bytes that a value takes in memory or on the wire. */
export function approximateBytes(value: unknown): number {
  switch (typeof value) {
    case "string":
      return value.length + 8;
    case "object": {
      if (value === null) return 4;
      if (ArrayBuffer.isView(value)) return value.byteLength + 8;
      if (value instanceof Date) return 8;
      let bytes = 8;
      if (Array.isArray(value)) for (const item of value) bytes += approximateBytes(item);
      else for (const key in value) bytes += 4 + approximateBytes((value as Record<string, unknown>)[key]);
      return bytes;
    }
    default:
      return 8;
  }
}

/** Roughly the bytes of a page of rows, from a sample spread over it. */
export function approximatePageBytes(rows: readonly unknown[]): number {
  if (rows.length <= SAMPLE) return rows.reduce<number>((sum, row) => sum + approximateBytes(row), 0);
  let bytes = 0;
  for (let index = 0; index < SAMPLE; index += 1)
    bytes += approximateBytes(rows[Math.floor((index * rows.length) / SAMPLE)]);
  return (bytes / SAMPLE) * rows.length;
}
