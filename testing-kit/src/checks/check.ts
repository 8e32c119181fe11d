import type { ReaderLab } from "../plugin/reader-lab.js";
import type { WriterLab } from "../plugin/writer-lab.js";
import type { ClauseId } from "./clauses.js";

/** How much a check may ask for: nothing but this machine and a moment; this machine and minutes; the real system. */
export const TIERS = ["offline", "chaos", "live"] as const;
export type Tier = (typeof TIERS)[number];

/** The groups that a report is divided into, in order. */
export const GROUPS = [
  "configuration",
  "connection",
  "extraction",
  "incremental",
  "failures",
  "values",
  "staging",
  "commit",
  "lifecycle",
  "isolation",
] as const;
export type Group = (typeof GROUPS)[number];

interface CheckText {
  /** Stable: the clause, and a word. `R` readers, `W` writers, `P` any plugin. */
  readonly id: string;
  readonly clause: ClauseId;
  readonly group: Group;
  /** The promise, as one sentence. */
  readonly title: string;
  /** What goes wrong in production when it is broken. */
  readonly why: string;
  /** What is done to find out. */
  readonly how: string;
  readonly tier: Tier;
  /** What the check needs of the plugin's world. @default nothing */
  readonly needs?: readonly Need[];
  /**
   * Runs while nothing else does, because it changes or measures this process; `in_node` when it does so only for
   * plugins that run in Node.
   * @default false
   */
  readonly alone?: boolean | "in_node";
  /** Also runs against the real system, where nothing can be broken on purpose. @default false */
  readonly live?: boolean;
}

/** `http`: the plugin reads an HTTP API that the kit stands in for. `incremental`: it goes on where a run ended. `native`: it is a shared library. */
export type Need = "http" | "incremental" | "native";

/** A check of readers. */
export interface ReaderCheck extends CheckText {
  readonly kind: "reader";
  /** @throws CheckFailure, NotApplicable */
  run(lab: ReaderLab): Promise<void>;
}

/** A check of writers. */
export interface WriterCheck extends CheckText {
  readonly kind: "writer";
  /** @throws CheckFailure, NotApplicable */
  run(lab: WriterLab): Promise<void>;
}

export type Check = ReaderCheck | WriterCheck;

/** Defines a check of readers. */
export function readerCheck(check: Omit<ReaderCheck, "kind">): ReaderCheck {
  return { kind: "reader", ...check };
}

/** Defines a check of writers. */
export function writerCheck(check: Omit<WriterCheck, "kind">): WriterCheck {
  return { kind: "writer", ...check };
}
