/** Lines of one group that are kept. */
const KEPT = 50_000;

/** A line of a log. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The process that wrote it. */
  readonly stream: string;
  readonly message: string;
}

/** What functions write, in groups of lines, in memory; the beginning of a long group is dropped. */
export class CloudLog {
  private readonly groups = new Map<string, LogLine[]>();

  /** Names of the groups that something was written to. */
  get names(): readonly string[] {
    return [...this.groups.keys()];
  }

  write(group: string, stream: string, text: string): void {
    const lines = this.groups.get(group) ?? [];
    this.groups.set(group, lines);
    const at = Date.now();
    for (const message of text.split("\n")) if (message !== "") lines.push({ at, stream, message });
    if (lines.length > KEPT * 2) lines.splice(0, lines.length - KEPT);
  }

  lines(group: string): readonly LogLine[] | undefined {
    return this.groups.get(group);
  }

  remove(group: string): boolean {
    return this.groups.delete(group);
  }

  /** All of a group, as it would be read in a terminal. */
  text(group: string): string {
    return (this.groups.get(group) ?? []).map(({ message }) => `${message}\n`).join("");
  }
}
