import { isDeepStrictEqual } from "node:util";
import { DativoError, type Json, type Redactor } from "@dativo/protocol";

/**
 * Makes sure that a position holds no secret of the job: it is kept in the state file and the journal, and could not
 * be gone on from with the secret taken out.
 *
 * @throws DativoError `ABI_VIOLATION` naming the key in the position
 */
export function assertNoSecret(redactor: Redactor, object: string, position: Json): void {
  const redacted = redactor.value(position);
  if (isDeepStrictEqual(redacted, position)) return;
  const at = firstDifference(position, redacted, "");
  throw new DativoError({
    code: "ABI_VIOLATION",
    message: `The position of ${object} holds a secret of the job${at === "" ? "" : ` (at ${redactor.text(at)})`}, and positions are written to the state file.`,
    hint: "Leave it out of the position, such as the key in the address of a next page. A value that is no secret belongs under connection, not under credentials.",
    details: { object, at: redactor.text(at) },
  });
}

function firstDifference(value: Json, redacted: Json, path: string): string {
  if (typeof value !== "object" || value === null || typeof redacted !== "object" || redacted === null)
    return path;
  const copies = Object.entries(redacted);
  for (const [index, [key, inner]] of Object.entries(value).entries()) {
    const [copiedKey, copied] = copies[index] ?? [key, null];
    const at = Array.isArray(value) ? `${path}[${index}]` : `${path}${path === "" ? "" : "."}${key}`;
    if (copiedKey !== key) return at;
    if (!isDeepStrictEqual(inner, copied)) return firstDifference(inner as Json, copied as Json, at);
  }
  return path;
}
