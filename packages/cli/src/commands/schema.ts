import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { DativoError } from "@dativo/protocol";
import type { CommandHandler } from "../command.js";
import { type DocumentName, documentSchema, SCHEMA_FILES } from "../document-schemas.js";
import { jsonText } from "../json-text.js";
import { projectFolder } from "../project-folder.js";

/** `dativo schema`: JSON Schemas, printed or written where editors find them. */
export const schema: CommandHandler<"schema"> = async ({ arguments: { document }, options, context }) => {
  if (options.write !== true) {
    if (document === undefined)
      throw new DativoError({
        code: "USAGE",
        message: "dativo schema needs the name of a document, or --write.",
        hint: "Use job, asset or report.",
      });
    const printed = await documentSchema(document);
    return { json: () => printed, text: () => [jsonText(printed)] };
  }
  const folder = join(projectFolder(context.cwd), ".dativo");
  const written = await writeSchemas(
    folder,
    document === undefined ? ["job", "asset", "report"] : [document],
  );
  const paths = written.map((path) => relative(context.cwd, path));
  return {
    json: () => ({ written: paths }),
    text: () => paths.map((path) => `${context.stdout.colours.green("✔")} ${path}`),
  };
};

/** Writes schemas into a `.dativo` folder and returns their paths. */
export async function writeSchemas(folder: string, documents: readonly DocumentName[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    documents.map(async (name) => {
      const path = join(folder, SCHEMA_FILES[name]);
      await writeFile(path, `${jsonText(await documentSchema(name))}\n`);
      return path;
    }),
  );
}
