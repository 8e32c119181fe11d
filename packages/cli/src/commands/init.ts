import { existsSync } from "node:fs";
import { cp, readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DativoError, toDativoError } from "@dativo/protocol";
import type { CommandHandler } from "../command.js";
import { writeSchemas } from "./schema.js";

/** `dativo init`: a project that runs at once. */
export const init: CommandHandler<"init"> = async ({ arguments: { dir = "." }, options, context }) => {
  const folder = resolve(context.cwd, dir);
  const template = fileURLToPath(new URL(`../templates/${options.source ?? "plugin"}`, import.meta.url));
  const files = await filesBelow(template);
  const present = files.filter((file) => existsSync(join(folder, file)));
  if (present.length > 0 && options.force !== true)
    throw new DativoError({
      code: "USAGE",
      message: `${present.map((file) => shown(join(folder, file), context.cwd)).join(", ")} ${present.length === 1 ? "exists" : "exist"}; nothing was written.`,
      hint: "Name another folder, or overwrite with --force.",
    });
  try {
    for (const file of files) await cp(join(template, file), join(folder, file), { recursive: true });
    await writeSchemas(join(folder, ".dativo"), ["job"]);
  } catch (failure) {
    throw toDativoError(failure, {
      code: "TARGET_UNWRITABLE",
      prefix: `The project could not be written to ${folder}`,
    });
  }
  const job = shown(join(folder, "job.yaml"), context.cwd);
  const written = [...files, join(".dativo", "job.schema.json")].map((file) =>
    shown(join(folder, file), context.cwd),
  );
  const { colours } = context.stdout;
  return {
    json: () => ({ folder, job, written }),
    text: () => [
      ...written.map((file) => `${colours.green("✔")} ${file}`),
      "",
      colours.bold("Next"),
      `  dativo run ${job}`,
      `  dativo query "from ${options.source === "csv" ? "people" : "levels"} limit 5" ${job}`,
      ...(options.source === "csv" ? [] : [`  edit ${shown(join(folder, "plugins/tides.ts"), context.cwd)}`]),
    ],
  };
};

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function shown(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below.startsWith("..") ? path : below;
}
