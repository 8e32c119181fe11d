import { readdirSync, statSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import {
  type AssetDefinition,
  type Field,
  isDativoError,
  type JsonObject,
  nearestNames,
  parseFieldType,
  type Redactor,
  type TableSchema,
} from "@dativo/protocol";
import { ASSET_FIELD_KEYS, ASSET_KEYS, type AssetInput, assetSchema } from "./asset-schema.js";
import { checkShape } from "./check-shape.js";
import { type ConfigIssue, configError, configIssue, throwIssues } from "./config-error.js";
import { formatKeyPath, type KeyPath } from "./key-path.js";
import { parseYaml } from "./parse-yaml.js";
import type { Place, Places } from "./places.js";
import { shownPath } from "./project-root.js";
import { readTextFile } from "./read-text-file.js";
import type { JobWarning } from "./resolved-job.js";
import { withoutNulls } from "./without-nulls.js";

/** A checked asset definition. */
export interface ReadAsset {
  readonly asset: AssetDefinition;
  readonly warnings: readonly JobWarning[];
}

/**
 * Checks an asset definition, flat (ODCS 3.0.2) or in the older form nested under `asset:`.
 *
 * Only `name` and `schema` are required here; what the existing platform requires beyond (`version`,
 * `source_type`, `object`, `team.owner`) is a warning when it is missing.
 *
 * @throws DativoError `ASSET_INVALID`
 */
export function readAsset(tree: unknown, path: KeyPath, places: Places, redactor: Redactor): ReadAsset {
  const nested = nestedForm(tree);
  const at = nested === undefined ? path : [...path, "asset"];
  const input = withoutNulls(nested === undefined ? tree : flatten(nested));
  const shaped = checkShape(assetSchema, input, {
    places,
    path: at,
    expandedPaths: new Set(),
    redactor,
    invalidCode: "ASSET_INVALID",
  });
  throwIssues(shaped.issues);
  const value = shaped.value as AssetInput;
  const { schema, issues } = tableSchema(value, at, places);
  throwIssues(issues);
  const {
    name,
    version,
    source_type,
    object,
    description,
    tags,
    schema: _schema,
    key: _key,
    ...extra
  } = value;
  const text = typeof description === "string" ? description : description?.purpose;
  const asset: AssetDefinition = {
    name,
    version: version ?? "1.0",
    schema,
    ...(source_type === undefined ? {} : { sourceType: source_type }),
    ...(object === undefined ? {} : { object }),
    ...(text === undefined ? {} : { description: text }),
    ...(tags === undefined ? {} : { tags }),
    extra: { ...extra, ...(typeof description === "object" ? { description } : {}) } as JsonObject,
  };
  return { asset, warnings: assetWarnings(value, at, places) };
}

/** Reads and checks the file of an asset definition. */
export function readAssetFile(
  file: string,
  cwd: string,
  redactor: Redactor,
  namedAt?: { readonly key: string; readonly place: Place },
): ReadAsset {
  const shown = shownPath(file, cwd);
  const text = readTextFile(file, { what: "asset file", shown, ...(namedAt ?? {}) });
  const { value, places } = parseYaml(text, shown);
  return readAsset(value, [], places, redactor);
}

/**
 * Finds the file of an asset by name: below `assets` in the project folder, by file name or by the `name` inside.
 *
 * @throws DativoError `CONFIG_NOT_FOUND`, `ASSET_INVALID` when several match
 */
export function findAssetFile(name: string, projectRoot: string, cwd: string, place: Place): string {
  const files = yamlFilesBelow(join(projectRoot, "assets"));
  const stem = (file: string) => basename(file, extname(file));
  const named = files.map((file) => ({ file, name: nameInside(file) }));
  const inside = named.filter((entry) => entry.name === name).map(({ file }) => file);
  const matches = inside.length > 0 ? inside : files.filter((file) => stem(file) === name);
  const [only, another] = matches;
  if (only === undefined) {
    const names = named.map((entry) => entry.name ?? stem(entry.file));
    const near = nearestNames(name, names);
    throw configError([
      configIssue({
        code: "CONFIG_NOT_FOUND",
        ...place,
        key: "asset",
        problem: `There is no asset "${name}" in ${join(projectRoot, "assets")}.`,
        hint:
          near.length > 0
            ? `Did you mean ${near.join(" or ")}?`
            : names.length > 0
              ? `There is: ${names.slice(0, 8).join(", ")}.`
              : "Write the definition to a file in the assets folder, or name its file with asset_path.",
      }),
    ]);
  }
  if (another !== undefined)
    throw configError([
      configIssue({
        code: "ASSET_INVALID",
        ...place,
        key: "asset",
        problem: `Several files define the asset "${name}": ${matches.map((file) => shownPath(file, cwd)).join(", ")}.`,
        hint: "Name one of them with asset_path.",
      }),
    ]);
  return only;
}

/** More files than an assets folder has; what lies beyond is not looked at. */
const MOST_ASSET_FILES = 2_000;

function yamlFilesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.ya?ml$/.test(path))
      .map((path) => resolve(folder, path))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
      .sort()
      .slice(0, MOST_ASSET_FILES);
  } catch {
    return [];
  }
}

function nameInside(file: string): string | undefined {
  try {
    const { value } = parseYaml(readTextFile(file, { what: "asset file", shown: file }), file);
    const name = (nestedForm(value) ?? value).name;
    return typeof name === "string" ? name : undefined;
  } catch {
    // A broken file that is not the one asked for is no concern of this job; its name is its file name.
    return undefined;
  }
}

function nestedForm(tree: unknown): Record<string, unknown> | undefined {
  if (typeof tree !== "object" || tree === null || Array.isArray(tree)) return undefined;
  const inner = (tree as Record<string, unknown>).asset;
  return typeof inner === "object" && inner !== null && !Array.isArray(inner)
    ? (inner as Record<string, unknown>)
    : undefined;
}

/** Moves what the nested form keeps under `governance` to where the flat form has it. */
function flatten(nested: Record<string, unknown>): Record<string, unknown> {
  const { governance, ...rest } = nested;
  if (typeof governance !== "object" || governance === null || Array.isArray(governance)) return nested;
  const { owner, tags, classification, retention_days, ...others } = governance as Record<string, unknown>;
  const compliance = {
    ...(classification === undefined ? {} : { classification }),
    ...(retention_days === undefined ? {} : { retention_days }),
  };
  return {
    ...rest,
    ...(owner === undefined ? {} : { team: { owner, ...others } }),
    ...(tags === undefined || rest.tags !== undefined ? {} : { tags }),
    ...(Object.keys(compliance).length === 0 ? {} : { compliance }),
  };
}

function tableSchema(
  value: AssetInput,
  path: KeyPath,
  places: Places,
): { schema: TableSchema; issues: readonly ConfigIssue[] } {
  const issues: ConfigIssue[] = [];
  const note = (key: KeyPath, problem: string, hint: string) =>
    issues.push(
      configIssue({ code: "ASSET_INVALID", ...places.valueAt(key), key: formatKeyPath(key), problem, hint }),
    );
  const seen = new Set<string>();
  const fields = value.schema.map((column, index): Field => {
    const at = [...path, "schema", index];
    if (seen.has(column.name))
      note([...at, "name"], `The column "${column.name}" is defined twice.`, "Keep one of them.");
    seen.add(column.name);
    return {
      name: column.name,
      type: fieldType(column.type, (problem, hint) => note([...at, "type"], problem, hint)),
      ...(column.required === undefined ? {} : { required: column.required }),
      ...(column.description === undefined ? {} : { description: column.description }),
      ...(column.classification === undefined ? {} : { classification: column.classification }),
    };
  });
  const marked = value.schema
    .filter((column) => column.primary_key ?? column.primaryKey)
    .map((column) => column.name);
  const key = value.key ?? (marked.length > 0 ? marked : undefined);
  for (const [index, name] of (value.key ?? []).entries())
    if (!fields.some((field) => field.name === name)) {
      const [near] = nearestNames(
        name,
        fields.map((field) => field.name),
      );
      note(
        [...path, "key", index],
        `The key names the column "${name}", which schema does not have.`,
        near === undefined ? "Name columns of schema." : `Did you mean ${near}?`,
      );
    }
  return { schema: { fields, ...(key === undefined ? {} : { key }) }, issues };
}

function fieldType(text: string, fail: (problem: string, hint: string) => void): Field["type"] {
  try {
    return parseFieldType(text);
  } catch (error) {
    if (!isDativoError(error)) throw error;
    fail(error.message, error.hint ?? "Use a known type.");
    return { kind: "string" };
  }
}

function assetWarnings(value: AssetInput, path: KeyPath, places: Places): JobWarning[] {
  const warnings: JobWarning[] = [];
  const warn = (key: KeyPath, place: Place, message: string) =>
    warnings.push({ kind: "asset", key: formatKeyPath(key), ...place, message });
  const missing = Object.entries({
    version: value.version,
    source_type: value.source_type,
    object: value.object,
    "team.owner": value.team?.owner,
  }).filter(([, given]) => given === undefined);
  const [first] = missing;
  if (first !== undefined)
    warn(
      [...path, ...first[0].split(".")],
      places.valueAt(path),
      `The asset has no ${missing.map(([key]) => key).join(", ")}, which the existing platform requires.`,
    );
  const typos = (keys: Iterable<string>, known: readonly string[], at: KeyPath) => {
    for (const key of keys) {
      if (known.includes(key)) continue;
      const [near] = nearestNames(key, known);
      if (near !== undefined)
        warn(
          [...at, key],
          places.keyAt([...at, key]),
          `Nothing reads the key "${key}"; did you mean ${near}?`,
        );
    }
  };
  typos(Object.keys(value), ASSET_KEYS, path);
  const cases = new Map<string, string>();
  for (const [index, { name }] of value.schema.entries()) {
    const twin = cases.get(name.toLowerCase());
    if (twin !== undefined && twin !== name)
      warn(
        [...path, "schema", index, "name"],
        places.valueAt([...path, "schema", index, "name"]),
        `The columns "${twin}" and "${name}" differ in case only, which some targets cannot tell apart.`,
      );
    cases.set(name.toLowerCase(), name);
  }
  for (const [index, column] of value.schema.entries())
    typos(Object.keys(column), ASSET_FIELD_KEYS, [...path, "schema", index]);
  return warnings;
}
