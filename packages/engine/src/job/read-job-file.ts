import { dirname, isAbsolute, join, resolve } from "node:path";
import { type AssetDefinition, type Json, Redactor } from "@dativo/protocol";
import { buildJob } from "./build-job.js";
import { checkShape } from "./check-shape.js";
import { throwIssues } from "./config-error.js";
import { mergeRecipe, type Side } from "./connector-recipe.js";
import { type Environment, loadEnvironment } from "./environment.js";
import { expandTree } from "./expand.js";
import { type JobInput, jobSchema } from "./job-schema.js";
import { notActedOn } from "./job-warnings.js";
import { NOT_ACTED_ON_KEYS } from "./not-acted-on.js";
import { applyOverrides } from "./overrides.js";
import { parseYaml } from "./parse-yaml.js";
import type { Places } from "./places.js";
import { placementOf, pluginSide } from "./plugin-side.js";
import { findProjectRoot, shownPath } from "./project-root.js";
import { findAssetFile, type ReadAsset, readAsset, readAssetFile } from "./read-asset.js";
import { readTextFile } from "./read-text-file.js";
import type { JobWarning, ResolvedJob } from "./resolved-job.js";
import { SecretStore } from "./secret-store.js";
import { addSecretsOf } from "./secret-values.js";
import { withRoomForBoth } from "./shared-function.js";
import { withoutNulls } from "./without-nulls.js";

/** What surrounds a job file when it is read. */
export interface ReadJobOptions {
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder that a relative path of the job file starts at. @default process.cwd() */
  readonly cwd?: string;
  /** Values put over those of the file, by dotted key path, such as `{ "target.mode": "replace" }`. */
  readonly overrides?: Readonly<Record<string, Json>>;
  /** Names of the built-in readers; a `source.type` outside them is refused. */
  readonly readerTypes?: readonly string[];
  /** Names of the built-in writers; a `target.type` outside them is refused. */
  readonly writerTypes?: readonly string[];
}

/** Keys whose contents belong to a plugin: any key is allowed below them, and null is a value. */
const PLUGIN_KEYS = new Set([
  "connection",
  "credentials",
  "options",
  "incremental",
  "files",
  "tables",
  "sheets",
  "markdown_kv_storage",
]);

/** A job file on its way to a `ResolvedJob`. */
interface Draft {
  readonly file: string;
  readonly cwd: string;
  readonly projectRoot: string;
  readonly env: Environment;
  readonly places: Places;
  readonly redactor: Redactor;
  readonly tree: Readonly<Record<string, unknown>>;
}

/**
 * Reads a job file: checks it, fills in variables and secrets, and completes it with defaults.
 *
 * Variables come from the environment, then from `.env` beside the job file, then from `.env` in the project
 * folder. Everything that is wrong is reported in one error, each with its line, column and key path.
 *
 * @throws DativoError `CONFIG_NOT_FOUND`, `CONFIG_SYNTAX`, `CONFIG_INVALID`, `CONFIG_UNKNOWN_KEY`,
 * `CONFIG_UNSET_VARIABLE`, `SECRET_NOT_FOUND`, `ASSET_INVALID`
 * @example
 * const job = readJobFile("jobs/quakes.yaml", { readerTypes: ["csv"], writerTypes: ["parquet"] });
 */
export function readJobFile(path: string, options: ReadJobOptions = {}): ResolvedJob {
  const draft = withRecipes(openDraft(path, options));
  const { file, cwd, projectRoot, env, places, redactor } = draft;
  const { tree, expandedPaths, issues } = expanded(draft);
  for (const side of ["source", "target"]) addSecretsOf(redactor, tree[side], side);

  const { asset: inlineAsset, ...rest } = tree;
  const shaped = checkShape(jobSchema, typeof inlineAsset === "object" ? rest : tree, {
    places,
    path: [],
    expandedPaths,
    redactor,
  });
  const source = pluginSide("source", tree.source, options.readerTypes, places);
  const target = pluginSide("target", tree.target, options.writerTypes, places);
  // A reference that could not be filled in is reported as such, not as a value that does not fit.
  const unresolved = new Set(issues.map((issue) => issue.key));
  const others = [...shaped.issues, ...source.issues, ...target.issues];
  throwIssues([...issues, ...others.filter((issue) => !unresolved.has(issue.key))]);
  const input = shaped.value as JobInput;

  const placements = {
    source: placementOf(input, "source", source.reference, places),
    target: placementOf(input, "target", target.reference, places),
  };
  // What is wrong with what both sides share is said once.
  const misplaced = [...placements.source.issues, ...placements.target.issues];
  throwIssues([...new Map(misplaced.map((issue) => [`${issue.key} ${issue.problem}`, issue])).values()]);

  const asset = assetOf(inlineAsset, input, draft);
  const sideWarning = (side: Side, message: string | undefined): JobWarning[] =>
    message === undefined
      ? []
      : [{ kind: "job", key: `${side}.type`, ...places.valueAt([side, "type"]), message }];
  const job = buildJob({
    input,
    file,
    projectRoot,
    stateDir: stateDirOf(projectRoot, env),
    searchPaths: [...new Set([projectRoot, dirname(file), cwd])],
    source: { ...source, placement: placements.source.placement },
    target: { ...target, placement: placements.target.placement },
    asset: asset?.asset,
    redactor,
    warnings: [
      ...notActedOn(tree, places),
      ...placements.source.warnings,
      ...placements.target.warnings,
      ...sideWarning("source", source.warning),
      ...sideWarning("target", target.warning),
      ...(asset?.warnings ?? []),
    ],
  });
  return withRoomForBoth(job);
}

/**
 * The folder of state, locks and runs: what `STATE_DIR` names, else `.dativo` in the project folder.
 */
export function stateDirOf(projectRoot: string, env: Environment): string {
  const named = env.STATE_DIR;
  return named === undefined || named === "" ? join(projectRoot, ".dativo") : resolve(projectRoot, named);
}

function openDraft(path: string, options: ReadJobOptions): Draft {
  const cwd = resolve(options.cwd ?? process.cwd());
  const file = resolve(cwd, path);
  const shown = isAbsolute(path) ? shownPath(file, cwd) : path;
  const { value, places } = parseYaml(readTextFile(file, { what: "job file", shown }), shown);
  const projectRoot = findProjectRoot(file, cwd);
  return {
    file,
    cwd,
    projectRoot,
    env: loadEnvironment(options.env ?? process.env, [dirname(file), projectRoot]),
    places,
    redactor: new Redactor(),
    tree: applyOverrides(value, options.overrides ?? {}, places) as Record<string, unknown>,
  };
}

/** The draft with the connector recipes that it names put under its own values. */
function withRecipes(draft: Draft): Draft {
  const tree: Record<string, unknown> = { ...draft.tree };
  for (const side of ["source", "target"] as const) {
    const key = `${side}_connector_path`;
    const file = namedFile(draft, key);
    if (file !== undefined)
      tree[side] = mergeRecipe(tree[side], side, file, draft.cwd, draft.places, {
        key,
        place: draft.places.valueAt([key]),
      });
  }
  return { ...draft, tree };
}

/** The absolute path that a key names, its variables filled in. */
function namedFile(draft: Draft, key: string): string | undefined {
  const text = draft.tree[key];
  if (typeof text !== "string" || text === "") return undefined;
  const { value, issues } = expandTree(text, [key], draft.places, sources(draft, undefined));
  throwIssues(issues);
  return resolve(draft.projectRoot, String(value));
}

function sources(draft: Draft, tenantId: string | undefined) {
  const { env, projectRoot, redactor } = draft;
  const named = env.DATIVO_SECRETS_DIR;
  const secretsDir =
    named === undefined || named === ""
      ? join(projectRoot, ".dativo", "secrets")
      : resolve(projectRoot, named);
  return { env, redactor, secrets: new SecretStore({ env, tenantId, projectRoot, secretsDir }) };
}

/** The draft with its references filled in and empty keys left out. */
function expanded(draft: Draft) {
  const { places, tree } = draft;
  // The tenant decides where secrets are looked for, so it comes first.
  const tenant = expandTree(tree.tenant_id, ["tenant_id"], places, sources(draft, undefined)).value;
  const from = sources(
    draft,
    typeof tenant === "string" || typeof tenant === "number" ? String(tenant) : undefined,
  );
  const known = Object.entries(tree).filter(([key]) => !Object.hasOwn(NOT_ACTED_ON_KEYS, key));
  const result = expandTree(Object.fromEntries(known), [], places, from);
  return {
    // Variables of what is not acted on need not be set.
    tree: withoutNulls({ ...tree, ...(result.value as object) }, PLUGIN_KEYS) as Record<string, unknown>,
    expandedPaths: result.expandedPaths,
    issues: result.issues,
  };
}

function assetOf(inline: unknown, input: JobInput, draft: Draft): ReadAsset | undefined {
  const { cwd, projectRoot, places, redactor } = draft;
  if (input.asset_path !== undefined) {
    const found = readAssetFile(resolve(projectRoot, input.asset_path), cwd, redactor, {
      key: "asset_path",
      place: places.valueAt(["asset_path"]),
    });
    return withNameWarning(found, found.asset, input.asset, places);
  }
  if (typeof inline === "object" && inline !== null) return readAsset(inline, ["asset"], places, redactor);
  if (typeof input.asset === "string")
    return readAssetFile(
      findAssetFile(input.asset, projectRoot, cwd, places.valueAt(["asset"])),
      cwd,
      redactor,
    );
  return undefined;
}

function withNameWarning(found: ReadAsset, asset: AssetDefinition, name: unknown, places: Places): ReadAsset {
  if (typeof name !== "string" || name === asset.name) return found;
  const message = `asset_path decides: its file defines "${asset.name}", not "${name}".`;
  return {
    ...found,
    warnings: [...found.warnings, { kind: "asset", key: "asset", ...places.valueAt(["asset"]), message }],
  };
}
