import { setTimeout as wait } from "node:timers/promises";
import { DativoError } from "@dativo/protocol";
import type { GcpApi } from "./gcp-api.js";
import { type functionConfiguration, type GcpFunction, isConfigured } from "./gcp-configuration.js";
import { gcpStatus } from "./gcp-errors.js";
import { GCP_LABELS } from "./gcp-labels.js";

/** A function as it should be. */
export interface WantedFunction {
  /** `projects/P/locations/R`. */
  readonly parent: string;
  readonly id: string;
  readonly zip: Uint8Array;
  readonly configuration: ReturnType<typeof functionConfiguration>;
  readonly labels: Readonly<Record<string, string>>;
  /** Says whether the labels of a function that is as wanted are to be written anew. */
  readonly isStale: (labels: Readonly<Record<string, string>>) => boolean;
}

/** How a function was found or made. */
export interface EnsuredFunction {
  readonly found: GcpFunction;
  readonly outcome: "created" | "updated" | "reused";
}

/** Milliseconds between two looks at a function that somebody else deploys. */
const LOOK_MS = 2000;

/** Milliseconds after which a deployment of somebody else is given up. */
const DEPLOYING_MS = 900_000;

/** What is changed in a function that is there. */
const CHANGED_PATHS = [
  "build_config",
  "service_config.available_memory",
  "service_config.timeout_seconds",
  "service_config.environment_variables",
  "service_config.max_instance_count",
  "service_config.max_instance_request_concurrency",
  "service_config.service_account_email",
  "labels",
  "description",
];

/** Sees to it that a function is there as it should be, whoever else is doing the same. */
export async function ensureFunction(
  api: GcpApi,
  wanted: WantedFunction,
  signal: AbortSignal,
  onProgress: (step: string) => void,
): Promise<EnsuredFunction> {
  const { functions } = api;
  const { parent, id, configuration } = wanted;
  const name = `${parent}/functions/${id}`;
  const found = await settled();
  if (found === undefined) return await created();
  const labels = found.labels ?? {};
  const isWanted =
    found.state === "ACTIVE" &&
    labels[GCP_LABELS.code] === wanted.labels[GCP_LABELS.code] &&
    isConfigured(found, configuration);
  if (!isWanted) {
    onProgress(`deploying ${id} again`);
    return await updated({ ...configuration, ...(await source()) }, CHANGED_PATHS, "updated");
  }
  if (wanted.isStale(labels)) return await updated({}, ["labels"], "reused");
  return { found, outcome: "reused" };

  async function created(): Promise<EnsuredFunction> {
    onProgress(`creating ${id}`);
    const { buildConfig } = await source();
    onProgress(`waiting for ${id}, which Google builds`);
    try {
      const [operation] = await functions.createFunction({
        parent,
        functionId: id,
        function: { ...configuration, name, labels: { ...wanted.labels }, buildConfig },
      });
      return { found: await outcomeOf(operation), outcome: "created" };
    } catch (thrown) {
      // Another deployer was first; it deploys the same.
      if (gcpStatus(thrown) !== 409) throw thrown;
      const other = await settled();
      if (other === undefined) throw thrown;
      return { found: other, outcome: "reused" };
    }
  }

  async function updated(
    change: GcpFunction,
    paths: string[],
    outcome: "updated" | "reused",
  ): Promise<EnsuredFunction> {
    const [operation] = await functions.updateFunction({
      function: { ...change, name, labels: { ...wanted.labels } },
      updateMask: { paths },
    });
    return { found: await outcomeOf(operation), outcome };
  }

  /** Uploads the archive, and returns where it is. */
  async function source() {
    onProgress(`uploading ${(wanted.zip.length / 1_048_576).toFixed(1)} MB`);
    const [{ uploadUrl, storageSource }] = await functions.generateUploadUrl({
      parent,
      environment: "GEN_2",
    });
    // The address is signed for exactly this, and refuses any further header.
    const response = await fetch(uploadUrl ?? "", {
      method: "PUT",
      headers: { "content-type": "application/zip" },
      body: wanted.zip as Uint8Array<ArrayBuffer>,
      signal,
    });
    if (!response.ok)
      throw new DativoError({
        code: "CLOUD_DEPLOY_FAILED",
        message: `Google refused the upload of ${id}: ${response.status} ${(await response.text()).slice(0, 300)}`,
        retryable: response.status >= 500,
      });
    return {
      buildConfig: { ...configuration.buildConfig, source: { storageSource: storageSource ?? null } },
    };
  }

  async function outcomeOf(operation: { promise(): Promise<unknown[]> }): Promise<GcpFunction> {
    const [answer] = (await withSignal(operation.promise(), signal)) as [GcpFunction];
    return answer.state === "FAILED" ? failed(answer) : answer;
  }

  /** The function once nobody is deploying it; undefined when there is none. */
  async function settled(): Promise<GcpFunction | undefined> {
    for (const until = Date.now() + DEPLOYING_MS; ; ) {
      const present = await get();
      if (present?.state !== "DEPLOYING" || Date.now() > until) return present;
      onProgress(`waiting for ${id}, which somebody else deploys`);
      await wait(LOOK_MS, undefined, { signal });
    }
  }

  async function get(): Promise<GcpFunction | undefined> {
    try {
      const [present] = await functions.getFunction({ name });
      return present;
    } catch (thrown) {
      if (gcpStatus(thrown) === 404) return undefined;
      throw thrown;
    }
  }

  function failed({ stateMessages }: GcpFunction): never {
    throw new DativoError({
      code: "CLOUD_DEPLOY_FAILED",
      message: `Google could not build ${id}: ${stateMessages?.map(({ message }) => message).join("; ") || "it says no reason"}`,
      details: { function: name },
    });
  }
}

/** Rejects when a signal is aborted before something is done, which then goes on by itself. */
export async function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
