import { DativoError, nearestNames } from "@dativo/protocol";

/**
 * The thing that has an id.
 *
 * @param what what it is, such as `check`
 * @param otherwise what to do when no other id is like this one
 * @throws DativoError `USAGE` naming ids that are like it, when nothing has this one
 */
export function knownById<T extends { readonly id: string }>(
  id: string,
  what: string,
  all: readonly T[],
  otherwise: string,
): T {
  const found = all.find((one) => one.id === id);
  if (found !== undefined) return found;
  const near = nearestNames(
    id,
    all.map((one) => one.id),
  );
  throw new DativoError({
    code: "USAGE",
    message: `There is no ${what} ${id}.`,
    hint: near.length > 0 ? `Did you mean ${near.join(" or ")}?` : otherwise,
  });
}
