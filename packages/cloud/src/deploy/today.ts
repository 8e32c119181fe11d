/** The day, in UTC, as tags and labels say it. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
