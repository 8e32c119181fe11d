import type { Column } from "@dativo/protocol";

/** Text of every value of a string or JSON column; what null values yield is unspecified. */
export function unpackStrings(column: Column): string[] {
  const { length } = column;
  const offsets = column.offsets as Int32Array;
  const bytes = column.values as Uint8Array;
  const first = length === 0 ? 0 : (offsets[0] as number);
  const last = length === 0 ? 0 : (offsets[length] as number);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("utf8", first, last);
  const values = new Array<string>(length);
  if (text.length === last - first) {
    for (let index = 0; index < length; index++)
      values[index] = text.substring(
        (offsets[index] as number) - first,
        (offsets[index + 1] as number) - first,
      );
    return values;
  }
  let at = 0;
  for (let index = 0; index < length; index++) {
    const end = at + utf16Length(bytes, offsets[index] as number, offsets[index + 1] as number);
    values[index] = text.substring(at, end);
    at = end;
  }
  return values;
}

/** Characters (UTF-16 units) of UTF-8 bytes: one for each lead byte, two where the lead byte starts four bytes. */
function utf16Length(bytes: Uint8Array, start: number, end: number): number {
  let units = 0;
  for (let index = start; index < end; index++) {
    const byte = bytes[index] as number;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}
