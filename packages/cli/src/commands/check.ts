import type { SideCheck } from "@dativo/engine";
import type { CommandHandler } from "../command.js";
import { openEngine } from "../open-engine.js";
import { readJob } from "../read-job.js";
import type { Colours } from "../terminal/output.js";

/** `dativo check`: asks source and target; exit code 2 when one of them says no. */
export const check: CommandHandler<"check"> = async ({ arguments: { job: path }, context }) => {
  const job = readJob(path, context);
  const engine = await openEngine(job);
  const answers = await engine.check(job, {
    signal: context.cancellation(),
    onLog: ({ level, message }) => context.stderr.line(`  ${level}  ${message}`),
  });
  // What a plugin answers may quote the credentials it was refused.
  const { source, target } = job.redactor.value(answers);
  const { colours } = context.stdout;
  return {
    exitCode: source.status === "failed" || target.status === "failed" ? 2 : 0,
    json: () => ({ source, target }),
    text: () => [...sideLines("source", source, colours), ...sideLines("target", target, colours)],
  };
};

function sideLines(side: string, { plugin, status, result }: SideCheck, colours: Colours): string[] {
  const mark = { ok: colours.green("✔"), failed: colours.red("✖"), unknown: colours.yellow("?") }[status];
  const code = status === "failed" && result.error_code !== undefined ? `${result.error_code}  ` : "";
  const unknown = status === "unknown" ? "unknown: " : "";
  return [
    `${mark} ${side}  ${colours.bold(plugin)}  ${code}${unknown}${result.message}`,
    ...Object.entries(result.details ?? {}).map(([name, value]) =>
      colours.dim(`    ${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`),
    ),
  ];
}
