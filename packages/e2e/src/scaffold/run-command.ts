import { spawn } from "node:child_process";

/** How a command ended, with what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** This process's environment without what npm says of the command that started it, such as `npx -p node@24`. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** Runs a command in a folder, with nothing on its standard input. */
export function runCommand(
  command: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string | undefined>> },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, {
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...ENVIRONMENT, NO_COLOR: "1", ...options.env },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** The same, and fails unless it ended with 0. Gives what it printed. */
export async function mustRun(...call: Parameters<typeof runCommand>): Promise<string> {
  const { code, stdout, stderr } = await runCommand(...call);
  if (code !== 0) throw new Error(`${call[0]} ${call[1].join(" ")} ended with ${code}\n${stdout}${stderr}`);
  return stdout;
}
