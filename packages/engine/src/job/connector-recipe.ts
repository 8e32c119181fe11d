import { configError, configIssue } from "./config-error.js";
import type { KeyPath } from "./key-path.js";
import { parseYaml } from "./parse-yaml.js";
import type { Place, Places } from "./places.js";
import { shownPath } from "./project-root.js";
import { readTextFile } from "./read-text-file.js";

/** Keys of a recipe that stand in for keys of the job's `source` or `target`. */
const STAND_INS = {
  source: {
    type: "type",
    description: "description",
    default_engine: "engine",
    credentials: "credentials",
    incremental: "incremental",
    rate_limits: "rate_limits",
  },
  target: {
    type: "type",
    catalog: "catalog",
    file_format: "file_format",
    partitioning_default: "partitioning",
    default_engine: "engine",
    connection_template: "connection",
  },
} as const;

/** Which side of a job a recipe is for. */
export type Side = keyof typeof STAND_INS;

/**
 * Puts the values of a connector recipe under those of the job's `source` or `target`.
 *
 * The job wins; where both hold a mapping, they are merged one level deep. `incremental` only takes effect when
 * the job has `incremental` itself.
 *
 * @throws DativoError `CONFIG_NOT_FOUND`, `CONFIG_SYNTAX`, `CONFIG_INVALID` when the recipe is not for that side
 */
export function mergeRecipe(
  job: unknown,
  side: Side,
  file: string,
  cwd: string,
  places: Places,
  namedAt: { readonly key: string; readonly place: Place },
): unknown {
  const shown = shownPath(file, cwd);
  const recipe = parseYaml(readTextFile(file, { what: "connector recipe", shown, ...namedAt }), shown);
  const roles = recipe.value.roles;
  if (Array.isArray(roles) && !roles.includes(side))
    throw configError([
      configIssue({
        code: "CONFIG_INVALID",
        ...recipe.places.valueAt(["roles"]),
        key: "roles",
        problem: `The recipe is for ${roles.join(" and ")}, not for ${side}.`,
        hint: `Name a recipe whose roles include ${side} in ${namedAt.key}.`,
      }),
    ]);
  const own = isMapping(job) ? job : {};
  const merged: Record<string, unknown> = { ...own };
  for (const [from, to] of Object.entries(STAND_INS[side])) {
    const value = recipe.value[from];
    if (value === undefined || value === null) continue;
    const mine = own[to];
    if (to === "incremental" && !isMapping(mine)) continue;
    if (mine !== undefined && mine !== null && !(isMapping(value) && isMapping(mine))) continue;
    merged[to] = isMapping(value) && isMapping(mine) ? { ...value, ...mine } : value;
    takePlaces(places, recipe.places, [from], [side, to], value, mine);
  }
  return merged;
}

/** Notes the recipe's places for the values that were taken from it. */
function takePlaces(
  into: Places,
  from: Places,
  source: KeyPath,
  target: KeyPath,
  value: unknown,
  mine: unknown,
): void {
  if (!isMapping(value) || !isMapping(mine)) {
    into.addFrom(from, source, target);
    return;
  }
  for (const key of Object.keys(value))
    if (!Object.hasOwn(mine, key)) into.addFrom(from, [...source, key], [...target, key]);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
