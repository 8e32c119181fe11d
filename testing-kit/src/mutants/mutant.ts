/** The correct plugins that mutants are made of, in `mutants/` of the package. */
export const BASES = {
  "reader-class": { kind: "reader", exportName: "PeopleReader", title: "class reader, everything by hand" },
  "reader-define": { kind: "reader", exportName: "default", title: "defineReader" },
  "writer-define": { kind: "writer", exportName: "default", title: "defineWriter, files" },
  "writer-class": { kind: "writer", exportName: "LinesWriter", title: "class writer, files" },
  "writer-merge": { kind: "writer", exportName: "default", title: "defineWriter, one table" },
  "writer-http": { kind: "writer", exportName: "default", title: "defineWriter, an API" },
} as const satisfies Record<string, { kind: "reader" | "writer"; exportName: string; title: string }>;

/** The name of a correct plugin. */
export type BaseName = keyof typeof BASES;

/** A plugin that is wrong in one realistic way: a correct one with small edits. */
export interface Mutant {
  readonly id: string;
  /** What is wrong with it, as its author might have put it. */
  readonly title: string;
  readonly base: BaseName;
  /** The check that must fail for it. */
  readonly killedBy: string;
  /** Pieces of the base's source, each of which occurs once, and what stands there instead. */
  readonly edits: readonly (readonly [was: string, is: string])[];
}
