import { DativoError, nearestName } from "@dativo/protocol";

/**
 * The objects that are asked for, in that order; all of them when none is named.
 *
 * @throws DativoError `OBJECT_NOT_FOUND` naming the nearest ones
 */
export function selectObjects<T>(
  reader: string,
  known: ReadonlyMap<string, T>,
  wanted: readonly string[],
): Map<string, T> {
  if (wanted.length === 0) return new Map(known);
  const selected = new Map<string, T>();
  for (const name of wanted) {
    const object = known.get(name);
    if (object === undefined) throw objectNotFound(reader, name, [...known.keys()]);
    selected.set(name, object);
  }
  return selected;
}

function objectNotFound(reader: string, name: string, known: readonly string[]): DativoError {
  const nearest = nearestName(name, known);
  const listed =
    known.length > 20 ? `${known.slice(0, 20).join(", ")} and ${known.length - 20} more` : known.join(", ");
  return new DativoError({
    code: "OBJECT_NOT_FOUND",
    message: `${reader} has no object ${JSON.stringify(name)}; it has ${listed || "none"}.`,
    ...(nearest === undefined
      ? {}
      : { hint: `Did you mean ${nearest}? dativo discover lists what there is.` }),
    details: { object: name, known },
  });
}
