/** Labels of what Dativo makes at Google. */
export const GCP_LABELS = {
  /** What functions of one side of a job share. */
  scope: "dativo-scope",
  /** The beginning of the archive's SHA-256. */
  code: "dativo-code",
  /** Day on which a run last deployed or found the function; a change is a deployment, so it is made once a week. */
  used: "dativo-used",
} as const;

/** Days for which a written day stands. */
export const USED_DAYS = 7;

/** The part of a digest that fits into a label. */
export function codeLabel(sha256: string): string {
  return sha256.slice(0, 40);
}
