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
  arrow: ["arrow", "rows", "json"],
  rows: ["arrow", "rows", "json"],
  json: ["arrow", "rows", "json"],
};

/**
 * Chooses the cheapest path: columns and queries stay what they are when the writer takes them; rows become what the
 * writer names first, since each row is looked at anyway.
 *
 * @throws DativoError `CONFIG_INVALID` when the writer takes none of the forms that can be made
 */
export function choosePath(from: BatchForm, accepts: readonly BatchForm[]): FormPath {
  const reachable = REACHABLE[from];
  const kept = from === "relation" || from === "arrow";
  if (kept && accepts.includes(from))
    return {
      from,
      to: from,
      reason: from === "relation" ? "the writer runs the query itself" : "columns pass as they are",
    };
  const ordered = kept ? reachable : accepts;
  const to = ordered.find((form) => reachable.includes(form) && accepts.includes(form));
  if (to !== undefined)
    return { from, to, reason: from === "relation" && to === "arrow" ? STREAMED : REASONS[to] };
  throw new DativoError({
    code: "CONFIG_INVALID",
    message: `The reader yields ${from} batches; the writer takes only ${accepts.join(", ")}.`,
    hint: "Use a writer that also takes rows or arrow.",
    details: { from, accepts },
  });
}

const STREAMED = "the query's result is streamed as columns";

const REASONS: Readonly<Record<BatchForm, string>> = {
  relation: "the writer runs the query itself",
  arrow: "packed to columns and checked in one pass",
  rows: "the writer takes rows",
  json: "the writer takes JSON text",
};

/** The path of every form that can be written at all. */
export function possiblePaths(accepts: readonly BatchForm[]): readonly FormPath[] {
  return formsForReader(accepts)
    .filter((from) => REACHABLE[from].some((form) => accepts.includes(form)))
    .map((from) => choosePath(from, accepts));
}

/** The forms a reader may yield, those the writer takes first. */
export function formsForReader(accepts: readonly BatchForm[]): readonly BatchForm[] {
  const all: readonly BatchForm[] = ["arrow", "relation", "rows", "json"];
  return [...accepts, ...all.filter((form) => !accepts.includes(form))];
}
