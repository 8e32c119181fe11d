import spawn from "cross-spawn";

/** How a process ended. */
export interface Ended {
  /** Exit code; undefined when it could not be started. */
  readonly code: number | undefined;
  /** Standard output and standard error, in the order they came. */
  readonly output: string;
}

/**
 * Runs a program to its end, without a shell: words are handed over as they are, on Windows too.
 *
 * @param onLine is given each line as it comes
 */
export function runProcess(
  command: string,
  words: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly onLine?: (line: string) => void;
  },
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, [...words], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        for (const line of text.split("\n")) if (line.trim() !== "") options.onLine?.(line);
      });
    child.on("error", (error) => resolve({ code: undefined, output: `${output}${error.message}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
