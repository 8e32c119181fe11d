import type { AssetDefinition, SourceConfig, TargetConfig, WriteMode } from "@dativo/protocol";
import type { Loading } from "../plugin/subject.js";
import type { MemoryPoint } from "./memory-growth.js";
import type { ProcessSnapshot } from "./process-snapshot.js";

/** What a reader is opened with and asked for. */
export interface ReaderWork {
  readonly kind: "reader";
  readonly source: SourceConfig;
  readonly objects: readonly string[];
}

/** What a writer is opened with. */
export interface WriterWork {
  readonly kind: "writer";
  readonly target: TargetConfig;
  readonly asset: AssetDefinition;
  readonly object: string;
  readonly mode: WriteMode;
  readonly outputBase: string;
}

/** What a probe, which is a process of its own, does with a plugin. */
export interface ProbeRequest {
  readonly reference: string;
  readonly projectRoot: string;
  readonly loading: Loading;
  readonly work: ReaderWork | WriterWork;
  /**
   * `use` works with the plugin as the engine does, `repeat` so often that its memory tells something, and `abi` calls
   * the functions of a library directly.
   */
  readonly task: "use" | "repeat" | "abi";
}

/** How often something crossed the border to native code, and how often it was given back. */
export type Ledger = Readonly<Record<string, { readonly taken: number; readonly released: number }>>;

/** What using a plugin showed. */
export interface UseReport {
  /** Before the plugin was opened, after its first use, and after the last. */
  readonly snapshots: readonly [first: ProcessSnapshot, used: ProcessSnapshot, last: ProcessSnapshot];
  /** What the plugin's process held after some of the uses, in `unit`; empty where it cannot be measured. */
  readonly memory: readonly MemoryPoint[];
  readonly unit: "bytes" | "objects";
  /** What each use may add at most. */
  readonly tolerated: number;
  /** Records, and bytes of their text, of each use. */
  readonly records: number;
  readonly bytes: number;
  /** Records of plugins in Node that are still referred to after close, of the uses but the last. */
  readonly retained: number;
  /** Of native plugins. */
  readonly ledger: Ledger | undefined;
  /** What an observer inside the plugin's process saw, such as `connect api.example.com:443`. */
  readonly events: readonly string[];
}

/** Something that the functions of a library do and must not, or lack. */
export interface AbiFinding {
  readonly about: "symbols" | "version" | "release" | "hostile";
  readonly what: string;
}

/** What calling the functions of a library showed. */
export interface AbiReport {
  readonly abi: 1 | 2;
  readonly findings: readonly AbiFinding[];
}

/** What a probe sends: where it is, what it found, or why it could not go on. */
export type ProbeMessage =
  | { readonly type: "step"; readonly step: string }
  | { readonly type: "finding"; readonly abi: 1 | 2; readonly finding: AbiFinding | undefined }
  | { readonly type: "used"; readonly report: UseReport }
  | { readonly type: "failed"; readonly code: string; readonly message: string };
