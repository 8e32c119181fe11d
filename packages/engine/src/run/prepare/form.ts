import { type BatchForm, DativoError } from "@dativo/protocol";

/** How records get from the form a reader yields to one that the writer takes. */
export interface FormPath {
  readonly from: BatchForm;
  readonly to: BatchForm;
  /** Why this path, in a few words for `explain`. */
  readonly reason: string;
}

/** Forms that each form can become, cheapest first; the same form costs nothing. */
const REACHABLE: Readonly<Record<BatchForm, readonly BatchForm[]>> = {
  relation: ["relation", "arrow", "rows", "json"],
  native: ["native", "arrow", "rows", "json"],
  arrow: ["arrow", "rows", "json"],
  rows: ["arrow", "rows", "json"],
  json: ["arrow", "rows", "json"],
};

/** Forms that stay what they are wherever the writer takes them; the others are looked at row by row anyway. */
const KEPT: readonly BatchForm[] = ["relation", "native", "arrow"];

/**
 * Chooses the cheapest path: columns and queries stay what they are when the writer takes them, and JSON text that
 * nothing is checked against; rows become what the writer names first, since each row is looked at anyway.
 *
 * @param declared whether records are checked against a schema that somebody declared
 * @throws DativoError `CONFIG_INVALID` when the writer takes none of the forms that can be made
 */
export function choosePath(from: BatchForm, accepts: readonly BatchForm[], declared = true): FormPath {
  const reachable = REACHABLE[from];
  const text = from === "json" && !declared && accepts.includes("json");
  const ordered = KEPT.includes(from) || text ? [from, ...reachable] : accepts;
  const to = ordered.find((form) => reachable.includes(form) && accepts.includes(form));
  if (to !== undefined) return { from, to, reason: reasonFor(from, to, declared) };
  throw new DativoError({
    code: "CONFIG_INVALID",
    message: `The reader yields ${from} batches; the writer takes only ${accepts.join(", ")}.`,
    hint: "Use a writer that also takes rows or arrow.",
    details: { from, accepts },
  });
}

function reasonFor(from: BatchForm, to: BatchForm, declared: boolean): string {
  if (from === "json" && to === "json")
    return declared
      ? "checked as text, parsed where a value does not fit as it is"
      : "the text passes unparsed";
  if (from === to && KEPT.includes(from)) return UNCHANGED[from as keyof typeof UNCHANGED];
  if (to === "arrow" && from === "relation") return "the query's result is streamed as columns";
  if (to === "arrow" && from === "native") return "the arrays are copied into memory of this process's own";
  return MADE[to];
}

const UNCHANGED = {
  relation: "the writer runs the query itself",
  native: "the arrays pass by pointer",
  arrow: "columns pass as they are",
} as const;

const MADE: Readonly<Record<BatchForm, string>> = {
  ...UNCHANGED,
  arrow: "packed to columns and checked in one pass",
  rows: "the writer takes rows",
  json: "the writer takes JSON text",
};

/** Says whether a writer takes a form, or something that the form can become. */
export function isPossible(from: BatchForm, accepts: readonly BatchForm[]): boolean {
  return REACHABLE[from].some((form) => accepts.includes(form));
}

/** The path of every form that can be written at all. */
export function possiblePaths(accepts: readonly BatchForm[]): readonly FormPath[] {
  return formsForReader(accepts)
    .filter((from) => isPossible(from, accepts))
    .map((from) => choosePath(from, accepts));
}

/** The forms a reader may yield, those the writer takes first. */
export function formsForReader(accepts: readonly BatchForm[]): readonly BatchForm[] {
  const all: readonly BatchForm[] = ["native", "arrow", "relation", "rows", "json"];
  return [...accepts, ...all.filter((form) => !accepts.includes(form))];
}
