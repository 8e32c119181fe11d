import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Bytes of a character that a chunk may cut off. */
const LONGEST_TAIL = 3;

/** Says whether all of a file is UTF-8 text. */
export async function isUtf8File(path: string, signal?: AbortSignal): Promise<boolean> {
  const handle = await open(path, "r");
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let kept = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(chunk, kept, CHUNK_BYTES - kept);
      const end = kept + bytesRead;
      if (bytesRead === 0) return isUtf8(chunk.subarray(0, end));
      const whole = end - tailLength(chunk, end);
      if (!isUtf8(chunk.subarray(0, whole))) return false;
      chunk.copyWithin(0, whole, end);
      kept = end - whole;
    }
  } finally {
    await handle.close();
  }
}

/** Bytes at the end that are the beginning of a character. */
function tailLength(chunk: Buffer, end: number): number {
  for (let back = 1; back <= Math.min(LONGEST_TAIL, end); back += 1) {
    const byte = chunk[end - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return byte >= 0xf0 || back < (byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
