import { readFileSync } from "node:fs";

/** What providers charge; `prices.json` of this package. */
export interface Prices {
  /** Day on which they were looked up. */
  readonly as_of: string;
  /** What they leave out. */
  readonly note: string;
  readonly aws: {
    readonly gb_second: { readonly x86_64: number; readonly arm64: number };
    readonly request: number;
    readonly streamed_gb: number;
    /** Bytes of each answer that are not charged. */
    readonly streamed_free_bytes: number;
  };
  readonly gcp: {
    readonly gib_second: number;
    readonly vcpu_second: number;
    readonly request: number;
    /** Processors that come with up to so many megabytes. */
    readonly vcpu_of_mb: readonly (readonly [megabytes: number, processors: number])[];
  };
}

let read: Prices | undefined;

/** The prices that came with this version of Dativo. */
export function currentPrices(): Prices {
  read ??= JSON.parse(readFileSync(new URL("../../prices.json", import.meta.url), "utf8")) as Prices;
  return read;
}
