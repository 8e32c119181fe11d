import type {
  AssetDefinition,
  Placement,
  Plugin,
  SourceConfig,
  TargetConfig,
  WriteMode,
} from "@dativo/protocol";
import type { RecordedStates } from "../cassette/cassette.js";
import type { Canary } from "../project/canaries.js";

/** An API that stands in for the real one while a plugin is tested. */
export interface MockSource {
  /** How reports name it: a file, or `mock API`. */
  readonly name: string;
  start(): Promise<RunningMock>;
}

/** A mock API that answers. */
export interface RunningMock {
  readonly url: string;
  close(): Promise<void> | void;
  /** Records of one object that a reader of the target would find, for mocks that writers write to. */
  records?(object: string): Promise<readonly unknown[]> | readonly unknown[];
}

/** What a process needs to load a plugin, beside its reference. */
export interface Loading {
  /** Folders that the reference is looked for in. */
  readonly searchPaths: readonly string[];
  /** Interpreter of a Python plugin, as `engine.options.python` names it. */
  readonly python?: string | undefined;
  /** Absolute path of a native plugin's library, where it is known before it is loaded. */
  readonly library?: string | undefined;
}

/** What one test run is about: a plugin, how to load it, and the world it is put in. */
interface AnySubject {
  readonly name: string;
  /** As a job names it, such as `usgs.ts:default`. */
  readonly reference: string;
  /** Language host: node, native or python. */
  readonly runtime: string;
  /** Loads the plugin anew, with nothing shared but what a placement shares. */
  load(placement: Placement["kind"]): Promise<Plugin>;
  readonly projectRoot: string;
  /** How another process loads it; absent when a test handed the plugin over. */
  readonly loading?: Loading;
  readonly mock?: MockSource;
  /** Made-up secrets that stand where the job's credentials are. */
  readonly canaries: readonly Canary[];
}

export interface ReaderSubject extends AnySubject {
  readonly kind: "reader";
  readonly source: SourceConfig;
  /** Positions that an earlier version of the plugin left, from a recording. */
  readonly recorded?: RecordedStates;
}

export interface WriterSubject extends AnySubject {
  readonly kind: "writer";
  readonly target: TargetConfig;
  readonly asset?: AssetDefinition;
  readonly mode?: WriteMode;
  /** Reads back what a reader of the target would see, where that is neither files nor the mock's `records`. */
  readonly readTarget?: ReadTarget;
}

export type Subject = ReaderSubject | WriterSubject;

/** Reads one object back from a target, without the writer. */
export type ReadTarget = (target: {
  readonly object: string;
  readonly outputBase: string;
  readonly url: string | undefined;
}) => Promise<readonly unknown[]> | readonly unknown[];
