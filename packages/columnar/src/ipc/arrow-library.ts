import { createRequire } from "node:module";
import * as zlib from "node:zlib";
import { decompressLz4Frame } from "./lz4-frame.js";

/** The module `apache-arrow`. */
export type Arrow = typeof import("apache-arrow");

let loaded: Arrow | undefined;

/** Loads apache-arrow when it is first needed; it takes longer than everything else here. */
export function loadArrow(): Arrow {
  if (loaded === undefined) {
    loaded = createRequire(import.meta.url)("apache-arrow") as Arrow;
    registerCodecs(loaded);
  }
  return loaded;
}

/** Lets compressed batches be read; Node can decompress zstd from 22.15 on. */
function registerCodecs({ compressionRegistry, CompressionType }: Arrow): void {
  if (compressionRegistry.get(CompressionType.LZ4_FRAME) === null)
    compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decompressLz4Frame });
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array };
  if (zstdDecompressSync !== undefined && compressionRegistry.get(CompressionType.ZSTD) === null)
    compressionRegistry.set(CompressionType.ZSTD, {
      decode: (bytes) => new Uint8Array(zstdDecompressSync(bytes)),
    });
}
