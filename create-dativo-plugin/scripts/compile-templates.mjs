import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { importSource } from "./import-source.mjs";

export const TEMPLATES = fileURLToPath(new URL("../../templates", import.meta.url));

/** What a template folder holds that is not for a project: what tools leave there, and what only this repository needs. */
const LEFT_OUT = new Set([
  "node_modules",
  "dist",
  "build",
  "target",
  "data",
  ".turbo",
  ".dativo",
  ".venv",
  "__pycache__",
  ".ruff_cache",
  ".mypy_cache",
  ".pytest_cache",
  "Cargo.lock",
  "template.json",
  "turbo.json",
]);

/** Compiles every template folder; the compiler is the one that the tests import. */
export async function compileTemplates(version) {
  const { compileTemplateFile } = await importSource("../src/template/compile-template.ts");
  const templates = {};
  for (const name of readdirSync(TEMPLATES).sort()) {
    const folder = join(TEMPLATES, name);
    const manifest = readManifest(folder);
    if (manifest === undefined) continue;
    templates[name] = filesOf(folder).map((path) =>
      compileTemplateFile(path, readFileSync(join(folder, path), "utf8"), manifest),
    );
  }
  return { version, templates };
}

function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, "template.json"), "utf8"));
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(error.code)) return undefined;
    throw error;
  }
}

function filesOf(folder) {
  const found = [];
  const walk = (place) => {
    for (const entry of readdirSync(place, { withFileTypes: true }))
      if (LEFT_OUT.has(entry.name) || /\.(tgz|egg-info)$/.test(entry.name)) continue;
      else if (entry.isDirectory()) walk(join(place, entry.name));
      else if (entry.isFile()) found.push(relative(folder, join(place, entry.name)).replaceAll(sep, "/"));
  };
  walk(folder);
  return found.sort();
}
