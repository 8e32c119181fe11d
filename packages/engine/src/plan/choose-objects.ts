import { DativoError, nearestNames } from "@dativo/protocol";

/** Who names objects. */
export interface ObjectNames {
  /** `source.objects` of the job. */
  readonly job: readonly string[];
  /** Objects of this run alone, such as `--objects`. */
  readonly only: readonly string[] | undefined;
  /** What the reader says there is; undefined when it cannot tell. */
  readonly known: readonly string[] | undefined;
}

/**
 * Chooses the objects to read, in the order in which the job names them. An empty answer means that only the reader
 * knows.
 *
 * @throws DativoError `OBJECT_NOT_FOUND` naming the nearest, before any data
 */
export function chooseObjects({ job, only, known }: ObjectNames): readonly string[] {
  const all = job.length > 0 ? job : (known ?? []);
  for (const name of job)
    if (known !== undefined && !known.includes(name)) throw notFound(name, known, "The source");
  if (only === undefined || only.length === 0) return [...new Set(all)];
  for (const name of only) {
    if (known !== undefined && !known.includes(name)) throw notFound(name, known, "The source");
    if (job.length > 0 && !job.includes(name)) throw notFound(name, job, "The job");
  }
  return [...new Set(only)];
}

function notFound(name: string, names: readonly string[], where: string): DativoError {
  const [nearest] = nearestNames(name, names);
  const listed =
    names.length > 12 ? `${names.slice(0, 12).join(", ")} and ${names.length - 12} more` : names.join(", ");
  return new DativoError({
    code: "OBJECT_NOT_FOUND",
    message: `${where} has no object "${name}".`,
    hint: `${nearest === undefined ? "" : `Did you mean "${nearest}"? `}There ${names.length === 1 ? "is" : "are"}: ${listed || "none"}.`,
    details: { object: name, known: names },
  });
}
