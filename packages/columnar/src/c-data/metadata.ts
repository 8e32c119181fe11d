import { copyFromPointer, type Pointer } from "../native/memory.js";

/** Writes metadata in the form of the C Data Interface: counts and lengths as 32-bit integers, no terminators. */
export function encodeMetadata(metadata: ReadonlyMap<string, string>): Uint8Array {
  const parts: Buffer[] = [int32(metadata.size)];
  for (const pair of metadata)
    for (const text of pair) {
      const bytes = Buffer.from(text);
      parts.push(int32(bytes.length), bytes);
    }
  return new Uint8Array(Buffer.concat(parts));
}

/** Reads metadata of the C Data Interface. */
export function decodeMetadata(pointer: Pointer): Map<string, string> {
  const metadata = new Map<string, string>();
  if (pointer === 0n) return metadata;
  let at = pointer;
  const integer = () => {
    const value = new Int32Array(1);
    copyFromPointer(value, at, 4);
    at += 4n;
    return value[0] as number;
  };
  const text = () => {
    const bytes = Buffer.alloc(integer());
    copyFromPointer(bytes, at, bytes.length);
    at += BigInt(bytes.length);
    return bytes.toString();
  };
  for (let left = integer(); left > 0; left--) {
    const name = text();
    metadata.set(name, text());
  }
  return metadata;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
