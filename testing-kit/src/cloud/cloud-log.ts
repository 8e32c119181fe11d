/** Characters that are kept of the log of a function. */
const KEPT = 4_000_000;

/** What functions write, kept in memory; the beginning of a long log is dropped. */
export class CloudLog {
  private readonly texts = new Map<string, string>();

  write(fn: string, text: string): void {
    const all = (this.texts.get(fn) ?? "") + text;
    this.texts.set(fn, all.length > KEPT * 2 ? all.slice(-KEPT) : all);
  }

  text(fn: string): string {
    return this.texts.get(fn) ?? "";
  }
}
