/** How often something of one kind came into being, and how often it was given back. */
export interface LedgerEntry {
  readonly taken: number;
  readonly released: number;
}

/**
 * What crosses the border to native code and must be given back exactly once:
 *
 * | kind | taken | released |
 * | --- | --- | --- |
 * | `instances` | a creator or `open` returned one | `free_…` or `close` |
 * | `strings` | ABI v1 returned one | `free_string` |
 * | `buffers` | ABI v2 filled one | `free_buffer` |
 * | `schemas`, `arrays` | ABI v2 handed one over | its release function, or moved on to who takes that duty over |
 * | `exported` | JavaScript's memory was lent as an Arrow array | its release function was called |
 */
export type LedgerKind = "instances" | "strings" | "buffers" | "schemas" | "arrays" | "exported";

const KINDS: readonly LedgerKind[] = ["instances", "strings", "buffers", "schemas", "arrays", "exported"];

const taken = new Map<LedgerKind, number>();
const released = new Map<LedgerKind, number>();

/** Notes that native code handed something over. */
export function noteTaken(kind: LedgerKind): void {
  taken.set(kind, (taken.get(kind) ?? 0) + 1);
}

/** Notes that it was given back. */
export function noteReleased(kind: LedgerKind): void {
  released.set(kind, (released.get(kind) ?? 0) + 1);
}

/**
 * What native plugins in this process have handed over since it started, and what of it was given back.
 *
 * @example
 * nativeLedger().strings // { taken: 10_000, released: 10_000 }
 */
export function nativeLedger(): Readonly<Record<LedgerKind, LedgerEntry>> {
  const entries = KINDS.map((kind) => {
    const entry: LedgerEntry = { taken: taken.get(kind) ?? 0, released: released.get(kind) ?? 0 };
    return [kind, entry] as const;
  });
  return Object.fromEntries(entries) as Record<LedgerKind, LedgerEntry>;
}
