/** What a plugin of the bank is written in. */
export type Language = "typescript" | "python" | "rust";

/** A correct plugin, or one that only lacks what its mutants are about. */
interface Base {
  readonly kind: "reader" | "writer";
  readonly language: Language;
  /** Its source in `mutants/` of the package. */
  readonly source: string;
  readonly exportName: string;
  readonly title: string;
  /** Whether every check passes for it; those for which not all do are only there for their mutants. */
  readonly isReference: boolean;
  /** What the compiler is told, such as `lean`. */
  readonly cfg?: string;
}

const TYPESCRIPT = { language: "typescript", isReference: true } as const;
const PYTHON = { language: "python", isReference: true } as const;
const RUST = { language: "rust", source: "rust/plugin.rs", isReference: true } as const;

/** The correct plugins that mutants are made of. */
export const BASES = {
  "reader-class": {
    ...TYPESCRIPT,
    kind: "reader",
    source: "reader-class.ts",
    exportName: "PeopleReader",
    title: "class reader, everything by hand",
  },
  "reader-define": {
    ...TYPESCRIPT,
    kind: "reader",
    source: "reader-define.ts",
    exportName: "default",
    title: "defineReader",
  },
  "writer-define": {
    ...TYPESCRIPT,
    kind: "writer",
    source: "writer-define.ts",
    exportName: "default",
    title: "defineWriter, files",
  },
  "writer-class": {
    ...TYPESCRIPT,
    kind: "writer",
    source: "writer-class.ts",
    exportName: "LinesWriter",
    title: "class writer, files",
  },
  "writer-merge": {
    ...TYPESCRIPT,
    kind: "writer",
    source: "writer-merge.ts",
    exportName: "default",
    title: "defineWriter, one table",
  },
  "writer-http": {
    ...TYPESCRIPT,
    kind: "writer",
    source: "writer-http.ts",
    exportName: "default",
    title: "defineWriter, an API",
  },
  "python-reader": {
    ...PYTHON,
    kind: "reader",
    source: "python/reader.py",
    exportName: "PeopleReader",
    title: "Python reader",
  },
  "python-writer": {
    ...PYTHON,
    kind: "writer",
    source: "python/writer.py",
    exportName: "LinesWriter",
    title: "Python writer, files",
  },
  "rust-reader-v1": {
    ...RUST,
    kind: "reader",
    exportName: "create_reader_v1",
    title: "native reader of ABI v1",
  },
  "rust-reader-v2": {
    ...RUST,
    kind: "reader",
    exportName: "create_reader",
    title: "native reader of ABI v2",
  },
  "rust-writer-v2": {
    ...RUST,
    kind: "writer",
    exportName: "create_writer",
    title: "native writer of ABI v2, files",
  },
  // A writer of ABI v1 has no commit, so that what it wrote is visible at once.
  "rust-writer-v1": {
    ...RUST,
    kind: "writer",
    exportName: "create_writer_v1",
    title: "native writer of ABI v1",
    isReference: false,
  },
  "rust-reader-lean": {
    ...RUST,
    kind: "reader",
    exportName: "create_reader_v1",
    title: "native reader of ABI v1 without free_string",
    isReference: false,
    cfg: "lean",
  },
  "rust-writer-lean": {
    ...RUST,
    kind: "writer",
    exportName: "create_writer_v1",
    title: "native writer of ABI v1 without free_string",
    isReference: false,
    cfg: "lean",
  },
} as const satisfies Record<string, Base>;

/** The name of a base. */
export type BaseName = keyof typeof BASES;

/** A base by its name. */
export function baseOf(name: BaseName): Base {
  return BASES[name];
}

/** A plugin that is wrong in one realistic way: a correct one with small edits. */
export interface Mutant {
  readonly id: string;
  /** What is wrong with it, as its author might have put it. */
  readonly title: string;
  readonly base: BaseName;
  /** The check that must fail for it. */
  readonly killedBy: string;
  /**
   * Pieces of the base's source, each of which occurs once, and what stands there instead. Empty for native plugins, of
   * which all are in one library: there `connection.mutant` is the id.
   */
  readonly edits: readonly (readonly [was: string, is: string])[];
}

/** Makes mutants of one base. */
export const mutantOf =
  (base: BaseName) =>
  (id: string, killedBy: string, title: string, ...edits: Mutant["edits"]): Mutant => ({
    id,
    title,
    base,
    killedBy,
    edits,
  });
