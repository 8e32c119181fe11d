import type { Answers } from "./answers.js";
import type { PackageManager } from "./choices.js";
import { PACKAGE_MANAGERS } from "./choices.js";
import { MAX_DESCRIPTION_LENGTH, titleOf } from "./names.js";

/** What is taken where nothing was said. */
export const DEFAULT_LANG = "ts";
export const DEFAULT_KIND = "reader";
export const DEFAULT_AUTH = "bearer";
export const DEFAULT_OBJECTS = ["users"] as const;
export const DEFAULT_LICENSE = "Apache-2.0";

/** Fills what is missing; the name is known. */
export function withDefaults(given: Partial<Answers> & { readonly name: string }): Answers {
  const { name, kind = DEFAULT_KIND, objects = DEFAULT_OBJECTS } = given;
  return {
    name,
    description: given.description ?? defaultDescription(name, kind, objects),
    lang: given.lang ?? DEFAULT_LANG,
    kind,
    auth: given.auth ?? DEFAULT_AUTH,
    objects,
    modes: kind === "writer" ? (given.modes ?? ["append"]) : [],
    license: given.license ?? DEFAULT_LICENSE,
    pm: given.pm ?? "npm",
    ci: given.ci ?? true,
  };
}

/** One sentence on what the plugin does. */
export function defaultDescription(name: string, kind: Answers["kind"], objects: readonly string[]): string {
  if (kind === "writer") return `Writes records to the ${titleOf(name)} API.`;
  const shown = objects.length > 3 ? [...objects.slice(0, 2), "more"] : objects;
  const list = shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
  const sentence = `Reads ${list} from the ${titleOf(name)} API.`;
  return sentence.length <= MAX_DESCRIPTION_LENGTH ? sentence : `Reads from the ${titleOf(name)} API.`;
}

/** The package manager that started this process, such as npm for `npm create`. */
export function callingPackageManager(env: NodeJS.ProcessEnv): PackageManager {
  const name = env.npm_config_user_agent?.split("/")[0];
  return name !== undefined && Object.hasOwn(PACKAGE_MANAGERS, name) ? (name as PackageManager) : "npm";
}
