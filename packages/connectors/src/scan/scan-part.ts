import type { BatchData } from "@dativo/sdk";

/** A piece of a file: what is handed over between two positions. */
export interface ScanPart {
  readonly data: BatchData;
  /** Records of the file before the next piece; absent for the last piece. */
  readonly recordsAfter?: number;
}
