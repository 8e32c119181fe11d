import { isDeepStrictEqual } from "node:util";
import { DativoError, type FileMetadata, type Json, type Redactor } from "@dativo/protocol";

/**
 * Makes sure that a position holds no secret of the job: it is kept in the state file and the journal, and could not
 * be gone on from with the secret taken out.
 *
 * @throws DativoError `ABI_VIOLATION` naming the key in the position
 */
export function assertPosition(redactor: Redactor, object: string, position: Json): void {
  assertNoSecret(redactor, position, {
    what: `The position of ${object}`,
    hint: "Leave it out of the position, such as the key in the address of a next page.",
  });
}

/**
 * Makes sure that what describes staged files holds no secret of the job: it is kept in the journal, and a commit
 * could not be finished with the secret taken out.
 *
 * @throws DativoError `ABI_VIOLATION` naming the key in the description
 */
export function assertFiles(redactor: Redactor, object: string, files: readonly FileMetadata[]): void {
  assertNoSecret(redactor, files as unknown as Json, {
    what: `The description of a staged file of ${object}`,
    hint: "Leave it out of what write and flush return, such as the signature in the address of an upload.",
  });
}

function assertNoSecret(
  redactor: Redactor,
  value: Json,
  { what, hint }: { readonly what: string; readonly hint: string },
): void {
  const redacted = redactor.value(value);
  if (isDeepStrictEqual(redacted, value)) return;
  const at = redactor.text(firstDifference(value, redacted, ""));
  throw new DativoError({
    code: "ABI_VIOLATION",
    message: `${what} holds a secret of the job${at === "" ? "" : ` (at ${at})`}, and would be written to the state folder.`,
    hint: `${hint} A value that is no secret belongs under connection, not under credentials.`,
    details: { at },
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
