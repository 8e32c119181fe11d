import type { CommandLine } from "../command-line/parse-command-line.js";
import { EXIT_CODES } from "../exit-code.js";
import { checkProject } from "../project/check-project.js";
import { openProject } from "../project/open-project.js";
import type { Terminal } from "../terminal.js";

/** `doctor`: one line a check, with what to do. */
export async function doctor(line: CommandLine, terminal: Terminal): Promise<number> {
  const checks = await checkProject(openProject(line.flags.cwd));
  const { green, red, dim } = terminal.colours;
  for (const { status, title, detail, todo } of checks) {
    const mark = status === "ok" ? green("✔") : status === "note" ? dim("·") : red("✖");
    terminal.line(`${mark} ${title}  ${detail}`);
    if (todo !== undefined) terminal.line(`    ${todo}`);
  }
  const failed = checks.filter(({ status }) => status === "failed");
  terminal.document({ healthy: failed.length === 0, checks });
  return failed.length === 0 ? EXIT_CODES.DONE : EXIT_CODES.NOT_HEALTHY;
}
