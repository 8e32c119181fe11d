import { type CloudExecution, nearestNames, type PluginReference } from "@dativo/protocol";
import type { CloudExecutionInput } from "./cloud-execution-schema.js";
import { CloudIssues } from "./cloud-issues.js";
import { CLOUD_LIMITS } from "./cloud-limits.js";
import { awsOf, gcpOf } from "./cloud-provider-keys.js";
import { CLOUD_RUNTIMES, cloudLanguage, RUNTIMES_AS_OF } from "./cloud-runtimes.js";
import type { ConfigIssue } from "./config-error.js";
import type { Side } from "./connector-recipe.js";
import type { Places } from "./places.js";
import type { JobWarning } from "./resolved-job.js";

/** Where the plugin of one side runs in the cloud, and what is wrong with how the job asks for it. */
export interface CheckedCloudExecution {
  /** Absent when the job does not ask for it. */
  readonly cloud?: CloudExecution;
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly JobWarning[];
}

/** Completes `engine.cloud_execution` with defaults, and checks what depends on the provider and on the plugin. */
export function cloudExecutionOf(
  side: Side,
  input: CloudExecutionInput | undefined,
  reference: PluginReference | undefined,
  places: Places,
): CheckedCloudExecution {
  if (input?.enabled !== true) return { issues: [], warnings: [] };
  const check = new CloudIssues(side, places);
  const provider = input.provider ?? "aws";
  const limits = CLOUD_LIMITS[provider];
  if (reference === undefined)
    check.fail(
      ["enabled"],
      `Only plugins run in the cloud, and this ${side} names none.`,
      `Name a plugin with custom_${side === "source" ? "reader" : "writer"}, or remove cloud_execution.`,
    );
  const runtime = runtimeOf(input, provider, reference, check);
  const { memory_mb = 512, timeout_seconds = 300 } = input;
  check.atMost("memory_mb", memory_mb, limits.maxMemoryMb, limits.title);
  check.atMost("timeout_seconds", timeout_seconds, limits.maxTimeoutSeconds, limits.title);
  checkVariables(input, provider, check);
  check.form(["staging"], input.staging, limits.staging.form, `such as ${limits.staging.example}`);
  for (const [key, name] of Object.entries(input.secrets ?? {})) {
    if (!/^(?:connection|credentials)(?:\.[\w$-]+)+$|^dsn$/.test(key))
      check.fail(
        ["secrets", key],
        "It should be a key path below connection or credentials, or dsn.",
        "Write it as credentials.api_key.",
      );
    check.form(["secrets", key], name, limits.secret.form, `such as ${limits.secret.example}`);
  }
  const other = provider === "aws" ? "gcp" : "aws";
  if (input[other] !== undefined) check.warn([other], `${other} is not used: the provider is ${provider}.`);
  const shared = {
    runtime,
    memoryMb: memory_mb,
    timeoutSeconds: timeout_seconds,
    environmentVariables: input.environment_variables ?? {},
    ...(input.max_concurrency === undefined ? {} : { maxConcurrency: input.max_concurrency }),
    ...(input.staging === undefined ? {} : { staging: input.staging }),
    secrets: input.secrets ?? {},
    include: input.include ?? [],
  };
  return {
    cloud:
      provider === "aws"
        ? { provider, ...shared, aws: awsOf(input, check) }
        : { provider, ...shared, gcp: gcpOf(input, check) },
    issues: check.issues,
    warnings: check.warnings,
  };
}

function runtimeOf(
  { runtime }: CloudExecutionInput,
  provider: CloudExecution["provider"],
  reference: PluginReference | undefined,
  check: CloudIssues,
): string {
  const known = CLOUD_RUNTIMES[provider];
  const language = cloudLanguage(reference?.location ?? "");
  const fitting = known.filter((one) => one.endOfLife === undefined && one.language === language);
  const names = fitting.map(({ name }) => name);
  const [preferred = ""] = names;
  if (runtime === undefined) return preferred;
  const found = known.find(({ name }) => name === runtime);
  if (found === undefined) {
    const squeezed = (name: string) => name.replace(/\.x$|\./g, "");
    const near =
      names.find((name) => squeezed(name) === squeezed(runtime)) ?? nearestNames(runtime, names)[0];
    check.fail(
      ["runtime"],
      `${CLOUD_LIMITS[provider].title} has no runtime "${runtime}" that plugins can run under.`,
      near === undefined ? `Known for this plugin: ${names.join(", ")}.` : `Did you mean ${near}?`,
    );
  } else if (found.endOfLife !== undefined)
    check.fail(
      ["runtime"],
      `${runtime} reached its end of life on ${found.endOfLife}: ${CLOUD_LIMITS[provider].title} creates no function with it (as of ${RUNTIMES_AS_OF}).`,
      `Write ${preferred}, or leave runtime out.`,
    );
  else if (reference !== undefined && found.language !== language)
    check.fail(
      ["runtime"],
      `${runtime} cannot run ${reference.location}, which needs ${language === "python" ? "Python" : "Node"}.`,
      `Write ${preferred}, or leave runtime out.`,
    );
  return runtime;
}

function checkVariables(
  { environment_variables: variables = {} }: CloudExecutionInput,
  provider: CloudExecution["provider"],
  check: CloudIssues,
): void {
  const { variableName, reservedVariable, environmentBytes, title } = CLOUD_LIMITS[provider];
  let bytes = 0;
  for (const [name, value] of Object.entries(variables)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    const path = ["environment_variables", name];
    if (!variableName.test(name))
      check.fail(
        path,
        `"${name}" cannot be the name of a variable in ${title}.`,
        "Use letters, digits and underscores, starting with a letter.",
      );
    else if (reservedVariable.test(name))
      check.fail(path, `${name} is set by the function itself, and cannot be given.`, "Choose another name.");
  }
  // Dativo adds a few short ones of its own.
  const room = environmentBytes - 512;
  if (bytes > room)
    check.fail(
      ["environment_variables"],
      `Names and values take ${bytes} bytes together, and ${room} fit.`,
      "Hand over what is large in a file: name it under include.",
    );
}
