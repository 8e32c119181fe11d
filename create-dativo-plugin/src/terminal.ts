import pc from "picocolors";

/** Where a command prints: text for people, or one JSON document. */
export interface Terminal {
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  readonly json: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** A line for people; nothing with `--json`. */
  line(text?: string): void;
  /** A line for people who wait, on standard error. */
  progress(text: string): void;
  /** The document that `--json` prints. */
  document(value: unknown): void;
  readonly colours: { readonly green: Paint; readonly red: Paint; readonly bold: Paint; readonly dim: Paint };
}

type Paint = (text: string) => string;

/** The terminal of this process. */
export function processTerminal(options: { readonly json: boolean; readonly ask: boolean }): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const painted = pc.createColors(stdout.isTTY === true && !env.NO_COLOR);
  const { green, red, bold, dim } = painted;
  return {
    interactive: options.ask && !options.json && stdin.isTTY === true && stdout.isTTY === true && !env.CI,
    json: options.json,
    env,
    line: (text = "") => {
      if (!options.json) stdout.write(`${text}\n`);
    },
    progress: (text) => {
      if (!options.json && stderr.isTTY === true) stderr.write(`${dim(text)}\n`);
    },
    document: (value) => {
      if (options.json) stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    colours: { green, red, bold, dim },
  };
}
