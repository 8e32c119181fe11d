import type { CommandHandler } from "../command.js";
import { openEngine } from "../open-engine.js";
import { readJob } from "../read-job.js";
import { counted } from "../terminal/numbers.js";

/** `dativo validate`: reads the job and loads its plugins. */
export const validate: CommandHandler<"validate"> = async ({ arguments: { job: path }, context }) => {
  const job = readJob(path, context);
  const engine = await openEngine(job);
  const { reader, writer, warnings } = await engine.validate(job, { signal: context.cancellation() });
  const { colours } = context.stdout;
  return {
    json: () => ({
      valid: true,
      job: job.key,
      file: job.file,
      reader: { name: reader.name, version: reader.version },
      writer: { name: writer.name, version: writer.version },
      warnings,
    }),
    text: () => [
      `${colours.green("✔")} ${path} is valid: ${reader.name} → ${writer.name}${warnings.length === 0 ? "" : `, with ${counted(warnings.length, "warning")}`}`,
      ...warnings.map(({ file, line, column, key, message }) => {
        const place = [file, line, column].filter((part) => part !== undefined).join(":");
        return `${colours.yellow("!")} ${place}  ${key}\n  ${message}`;
      }),
    ],
  };
};
