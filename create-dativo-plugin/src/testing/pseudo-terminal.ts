import { spawn, spawnSync } from "node:child_process";
import { COMMAND } from "./command.js";

/** Why nothing can be run in a pseudo-terminal here, if it cannot. */
export const NO_TERMINAL =
  process.platform === "linux" && spawnSync("script", ["--version"]).status === 0
    ? undefined
    : "needs script of util-linux";

/** Keys, as a terminal sends them. */
export const KEYS = { enter: "\r", down: "\u001b[B", ctrlC: "\u0003", ctrlD: "\u0004" } as const;

/** A step of a conversation: what to wait for, and what to type then. */
export type Turn = readonly [prompt: string, keys: string];

/** Runs the command in a pseudo-terminal, and types what a person would. */
export function converse(
  cwd: string,
  words: readonly string[],
  turns: readonly Turn[],
): Promise<{ readonly code: number | null; readonly screen: string }> {
  return new Promise((resolve, reject) => {
    const line = [process.execPath, COMMAND, ...words].map((word) => `'${word}'`).join(" ");
    const child = spawn(
      "script",
      ["--quiet", "--flush", "--return", "--command", `stty cols 160 rows 50; ${line}`, "/dev/null"],
      {
        cwd,
        stdio: ["pipe", "pipe", "inherit"],
        env: { ...process.env, NO_COLOR: "1", CI: "", TERM: "xterm", npm_config_user_agent: "npm/11" },
      },
    );
    let screen = "";
    let seen = 0;
    const left = [...turns];
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error(`waited for ${JSON.stringify(left[0]?.[0] ?? "the end")}:\n${screen}`));
    }, 60_000);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      screen += text;
      const [next] = left;
      if (next === undefined || !screen.slice(seen).includes(next[0])) return;
      seen = screen.length;
      left.shift();
      child.stdin.write(next[1]);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, screen });
    });
  });
}
