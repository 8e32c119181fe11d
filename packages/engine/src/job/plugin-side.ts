import {
  isDativoError,
  nearestNames,
  type Placement,
  type PluginReference,
  parsePluginReference,
} from "@dativo/protocol";
import { cloudExecutionOf } from "./cloud-execution.js";
import { type ConfigIssue, configIssue } from "./config-error.js";
import type { Side } from "./connector-recipe.js";
import type { JobInput } from "./job-schema.js";
import type { Places } from "./places.js";
import type { JobWarning } from "./resolved-job.js";

const WORDS = {
  source: { plugin: "custom_reader", builtIn: "reader" },
  target: { plugin: "custom_writer", builtIn: "writer" },
} as const;

/** What reads or writes: a plugin, or the built-in that `type` names. */
export interface PluginSide {
  readonly type: string;
  readonly reference?: PluginReference;
  readonly issues: readonly ConfigIssue[];
  /** Said of a job that is valid. */
  readonly warning?: string;
}

/** Finds out what reads or writes on one side of a job; what has the wrong form is left to the check of forms. */
export function pluginSide(
  side: Side,
  config: unknown,
  builtIns: readonly string[] | undefined,
  places: Places,
): PluginSide {
  if (typeof config !== "object" || config === null || Array.isArray(config))
    return { type: "custom", issues: [] };
  const { type, [WORDS[side].plugin]: custom } = config as Record<string, unknown>;
  if (!isTextOrAbsent(type) || !isTextOrAbsent(custom)) return { type: "custom", issues: [] };
  const { plugin, builtIn } = WORDS[side];
  const issue = (key: string, problem: string, hint: string): PluginSide => ({
    type: type ?? "custom",
    issues: [
      configIssue({
        code: "CONFIG_INVALID",
        ...(key === "" ? places.keyAt([side]) : places.valueAt([side, key])),
        key: key === "" ? side : `${side}.${key}`,
        problem,
        hint,
      }),
    ],
  });
  const example = side === "source" ? "plugins/my_reader.ts:MyReader" : "plugins/my_writer.ts:MyWriter";
  if (custom !== undefined) {
    try {
      const reference = parsePluginReference(custom);
      const both =
        type !== undefined &&
        builtIns?.includes(type) &&
        places.get([side, "type"])?.value.file === places.top.file;
      return {
        type: type ?? "custom",
        reference,
        issues: [],
        ...(both ? { warning: `${plugin} decides what is used; type: ${type} is only handed to it.` } : {}),
      };
    } catch (error) {
      if (!isDativoError(error)) throw error;
      return issue(plugin, error.message, `Write path:Name, such as ${example}, or package:Name.`);
    }
  }
  if (type === undefined) {
    const known = builtIns === undefined ? "" : ` (${builtIns.join(", ")})`;
    return issue(
      "",
      `It names neither a type nor a ${plugin}.`,
      `Add type with a built-in ${builtIn}${known}, or ${plugin}: ${example}.`,
    );
  }
  if (type === "custom")
    return issue("type", `type: custom needs a ${plugin}.`, `Add ${plugin}: ${example}.`);
  if (builtIns !== undefined && !builtIns.includes(type)) {
    const near = nearestNames(type, builtIns);
    return issue(
      "type",
      `There is no built-in ${builtIn} "${type}".`,
      near.length > 0
        ? `Did you mean ${near.join(" or ")}?`
        : `Built-in ${builtIn}s: ${builtIns.join(", ")}. For anything else, name a plugin with ${plugin}.`,
    );
  }
  return { type, issues: [] };
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === "string" && value !== "");
}

/** Where the plugin of one side runs, and what is wrong with how the job asks for it. */
export interface CheckedPlacement {
  readonly placement: Placement;
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly JobWarning[];
}

/** Finds out where the plugin of one side runs: in the cloud, in a process of its own, or in this one. */
export function placementOf(
  job: JobInput,
  side: Side,
  reference: PluginReference | undefined,
  places: Places,
): CheckedPlacement {
  const { engine } = job[side];
  const sandbox = job.plugins?.sandbox;
  const callTimeoutSeconds = engine?.options?.call_timeout_seconds ?? sandbox?.timeout;
  const python = engine?.options?.python;
  const shared = {
    ...(callTimeoutSeconds === undefined ? {} : { callTimeoutSeconds }),
    ...(python === undefined ? {} : { python }),
  };
  const { cloud, issues, warnings } = cloudExecutionOf(side, engine?.cloud_execution, reference, places);
  if (cloud !== undefined) return { placement: { kind: "cloud", ...shared, cloud }, issues, warnings };
  if (sandbox === undefined || sandbox.enabled === false)
    return { placement: { kind: "in_process", ...shared }, issues: [], warnings: [] };
  const memoryLimitMb = sandbox.memory_limit === undefined ? undefined : megabytes(sandbox.memory_limit);
  return {
    placement: {
      kind: "child_process",
      ...shared,
      ...(memoryLimitMb === undefined || memoryLimitMb === null ? {} : { memoryLimitMb }),
      ...(sandbox.environment === undefined ? {} : { environmentAllowList: sandbox.environment }),
    },
    issues: memoryLimitMb === null ? [memoryIssue(places)] : [],
    warnings: [],
  };
}

function memoryIssue(places: Places): ConfigIssue {
  return configIssue({
    code: "CONFIG_INVALID",
    ...places.valueAt(["plugins", "sandbox", "memory_limit"]),
    key: "plugins.sandbox.memory_limit",
    problem: "It should be an amount of memory of at least 32 megabytes.",
    hint: "Write 512m, 1g, or a number of megabytes.",
  });
}

const UNITS: Readonly<Record<string, number>> = { b: 1 / 2 ** 20, k: 1 / 2 ** 10, m: 1, g: 2 ** 10 };

/** Megabytes (2^20 bytes) of an amount such as 512m, or null when it is none. */
function megabytes(amount: string | number): number | null {
  const found = /^(\d+(?:\.\d+)?)\s*(?:([bkmg])(?:i?b)?)?$/i.exec(String(amount).trim());
  if (found === null) return null;
  const whole = Math.floor(Number(found[1]) * (UNITS[(found[2] ?? "m").toLowerCase()] ?? 1));
  return whole >= 32 ? whole : null;
}
