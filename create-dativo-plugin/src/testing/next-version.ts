import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TemplateBundle } from "../template/template-bundle.js";
import { COMMAND, emptyFolder } from "./command.js";

/** What a later version of a template changes. */
export type TemplateEdit = (files: Map<string, string>, template: string) => void;

/**
 * A later version of this package, as it would be published: its templates are changed, and those of the version before
 * are in its history.
 *
 * @returns its command
 */
export function nextVersion(version: string, edit: TemplateEdit, command: string = COMMAND): string {
  const dist = dirname(command);
  const root = emptyFolder();
  cpSync(dist, join(root, "dist"), { recursive: true });
  mkdirSync(join(root, "history"));
  const before: TemplateBundle = JSON.parse(readFileSync(join(dist, "templates.json"), "utf8"));
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  writeFileSync(join(root, "history", `${before.version}.json`), JSON.stringify(before));
  const templates = Object.fromEntries(
    Object.entries(before.templates).map(([name, files]) => {
      const texts = new Map(
        files.filter(({ when }) => when === undefined).map(({ path, source }) => [path, source]),
      );
      edit(texts, name);
      const kept = files.filter(({ path, when }) => when !== undefined || texts.has(path));
      const changed = kept.map((file) =>
        file.when === undefined ? { ...file, source: texts.get(file.path) ?? file.source } : file,
      );
      const added = [...texts].filter(([path]) => !files.some((file) => file.path === path));
      return [name, [...changed, ...added.map(([path, source]) => ({ path, source }))]];
    }),
  );
  writeFileSync(join(root, "dist", "templates.json"), JSON.stringify({ version, templates }));
  return join(root, "dist", "bin.js");
}
