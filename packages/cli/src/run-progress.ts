import type { LogRecord } from "@dativo/protocol";
import { LiveLines } from "./terminal/live-lines.js";
import { formatCount, formatRate } from "./terminal/numbers.js";
import type { Output } from "./terminal/output.js";
import { formatTable } from "./terminal/table.js";

/** How far one object is. */
export interface ObjectProgress {
  readonly object: string;
  readonly read: number;
  /** Records the source expects in all. */
  readonly estimate?: number | undefined;
  readonly recordsPerSecond: number;
  /** Commits made so far. */
  readonly checkpoint: number;
}

/** Milliseconds between drawings on a terminal. */
const DRAW_INTERVAL = 100;
/** Milliseconds between plain lines where there is no terminal. */
const LINE_INTERVAL = 5000;
const BAR_WIDTH = 22;

/**
 * Shows progress on standard error: one live line an object on a terminal, a plain line every few seconds
 * elsewhere, and log records between them.
 */
export class RunProgress implements Disposable {
  private readonly objects = new Map<string, ObjectProgress>();
  private readonly live: LiveLines | undefined;
  private readonly timer: NodeJS.Timeout;
  private changed = new Set<string>();

  constructor(private readonly output: Output) {
    this.live = output.isTerminal ? new LiveLines(output) : undefined;
    this.timer = setInterval(
      () => this.show(),
      this.live === undefined ? LINE_INTERVAL : DRAW_INTERVAL,
    ).unref();
  }

  update(progress: ObjectProgress): void {
    this.objects.set(progress.object, progress);
    this.changed.add(progress.object);
  }

  /** Prints a log record of the engine or a plugin. */
  log({ level, message, source }: LogRecord): void {
    const { colours } = this.output;
    const paint = {
      error: colours.red,
      warn: colours.yellow,
      info: String,
      debug: colours.dim,
      trace: colours.dim,
    }[level];
    for (const line of message.split("\n"))
      this.line(
        `  ${paint(level.padEnd(5))}  ${source === undefined ? "" : `${colours.dim(source)}  `}${line}`,
      );
  }

  /** Prints a line that stays. */
  line(text: string): void {
    if (this.live === undefined) this.output.line(text);
    else {
      this.live.above(text);
      this.live.draw(this.lines());
    }
  }

  /** Removes the live lines; nothing is shown afterwards. */
  [Symbol.dispose](): void {
    clearInterval(this.timer);
    this.live?.clear();
  }

  private show(): void {
    if (this.changed.size === 0) return;
    if (this.live !== undefined) this.live.draw(this.lines());
    else for (const line of this.lines(this.changed)) this.output.line(line);
    this.changed = new Set();
  }

  private lines(only?: ReadonlySet<string>): string[] {
    const { colours } = this.output;
    const rows = [...this.objects.values()]
      .filter(({ object }) => only?.has(object) ?? true)
      .map((progress) => [
        colours.bold(progress.object),
        ...(this.live === undefined ? [] : [this.bar(progress)]),
        amount(progress),
        formatRate(progress.recordsPerSecond),
        colours.dim(`checkpoint ${progress.checkpoint}`),
      ]);
    return formatTable(rows, { indent: "  " });
  }

  private bar({ read, estimate }: ObjectProgress): string {
    if (estimate === undefined || estimate <= 0) return "";
    const filled = Math.min(BAR_WIDTH, Math.round((read / estimate) * BAR_WIDTH));
    return "━".repeat(filled) + this.output.colours.dim("─".repeat(BAR_WIDTH - filled));
  }
}

function amount({ read, estimate }: ObjectProgress): string {
  return estimate === undefined
    ? `${formatCount(read)} read`
    : `${formatCount(read)} / ~${formatCount(estimate)}`;
}
