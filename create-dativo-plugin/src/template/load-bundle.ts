import { readFileSync } from "node:fs";
import type { TemplateBundle } from "./template-bundle.js";

/** The templates of this version, which lie beside the bundled command. */
export function loadBundle(): TemplateBundle {
  return JSON.parse(readFileSync(new URL("templates.json", import.meta.url), "utf8"));
}

/** The templates of an earlier version, or undefined when they are not shipped. */
export function loadEarlierBundle(version: string): TemplateBundle | undefined {
  if (!/^[\w.+-]+$/.test(version)) return undefined;
  try {
    return JSON.parse(readFileSync(new URL(`../history/${version}.json`, import.meta.url), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
