import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes to a stream, and waits until whoever reads it keeps up; a stream that is gone swallows everything. */
export function writeTo(stream: Writable): (bytes: Uint8Array) => Promise<void> {
  return async (bytes) => {
    if (stream.destroyed || stream.write(bytes)) return;
    const settled = new AbortController();
    const { signal } = settled;
    const ignore = () => undefined;
    await Promise.race([
      once(stream, "drain", { signal }).catch(ignore),
      once(stream, "close", { signal }).catch(ignore),
    ]);
    settled.abort();
  };
}
