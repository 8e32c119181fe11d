import type { GcpExecution } from "@dativo/protocol";
import type { FunctionPackage } from "../../package/function-package.js";
import type { CloudProvider, FunctionLogLine, FunctionSummary, Removal } from "../cloud-provider.js";
import type { DeployedFunction, FunctionRequest } from "../function-deployer.js";
import { functionIdentity } from "../function-identity.js";
import { today } from "../today.js";
import { GcpApi } from "./gcp-api.js";
import { functionConfiguration, type GcpFunction } from "./gcp-configuration.js";
import { gcpError, gcpStatus } from "./gcp-errors.js";
import { ensureFunction, withSignal } from "./gcp-function.js";
import { codeLabel, GCP_LABELS, USED_DAYS } from "./gcp-labels.js";
import { gcpSecretReferences, secretPrefix, storeGcpSecrets } from "./gcp-secrets.js";
import { gcpTransport } from "./gcp-transport.js";

const DAY_MS = 86_400_000;

/** Entries of a log that are asked for at a time. */
const LOG_PAGE = 1000;

/** Google Cloud Functions (2nd generation) in one project and region. */
export class GcpProvider implements CloudProvider {
  readonly name = "gcp";
  private readonly api: GcpApi;
  private readonly parent: string;

  constructor(private readonly gcp: GcpExecution["gcp"]) {
    this.api = new GcpApi(gcp.projectId);
    this.parent = `projects/${gcp.projectId}/locations/${gcp.region}`;
  }

  get place(): string {
    return `Cloud Functions ${this.gcp.projectId} ${this.gcp.region}`;
  }

  async ensure(
    request: FunctionRequest,
    packaged: FunctionPackage,
    { signal, onProgress = () => {} }: Parameters<CloudProvider["ensure"]>[2],
  ): Promise<DeployedFunction> {
    const execution = request.execution as GcpExecution;
    const { name, scope } = functionIdentity(request, packaged);
    const { projectId } = this.gcp;
    return await this.told(`Deploying ${name}`, signal, async () => {
      const { found, outcome } = await ensureFunction(
        this.api,
        {
          parent: this.parent,
          id: name,
          zip: packaged.zip,
          configuration: functionConfiguration(request, execution, packaged),
          labels: {
            [GCP_LABELS.scope]: scope,
            [GCP_LABELS.code]: codeLabel(packaged.sha256),
            [GCP_LABELS.used]: today(),
          },
          isStale: (labels) => !(ageOf(labels[GCP_LABELS.used]) < USED_DAYS * DAY_MS),
        },
        signal,
        onProgress,
      );
      const uri = found.serviceConfig?.uri ?? found.url ?? "";
      return {
        name,
        resource: found.name ?? name,
        outcome,
        transport: gcpTransport(this.api.auth, { name, uri, timeoutSeconds: execution.timeoutSeconds }),
        secretReferences: gcpSecretReferences(projectId, execution.secrets),
        storeSecrets: (values, during) =>
          this.told(`Storing secrets of ${name}`, during, () =>
            storeGcpSecrets(
              this.api,
              projectId,
              scope,
              this.gcp.serviceAccount ?? found.serviceConfig?.serviceAccountEmail ?? "",
              values,
              during,
            ),
          ),
      };
    });
  }

  async find(name: string, signal: AbortSignal): Promise<FunctionSummary | undefined> {
    return await this.told(`Looking for ${name}`, signal, async () => {
      try {
        const [found] = await this.api.functions.getFunction({ name: `${this.parent}/functions/${name}` });
        return summary(found);
      } catch (thrown) {
        if (gcpStatus(thrown) === 404) return undefined;
        throw thrown;
      }
    });
  }

  async list(signal: AbortSignal): Promise<readonly FunctionSummary[]> {
    return await this.told("Listing functions", signal, async () => {
      const [found] = await withSignal(
        this.api.functions.listFunctions({ parent: this.parent }) as Promise<[GcpFunction[], ...unknown[]]>,
        signal,
      );
      return found
        .map(summary)
        .filter(({ name, scope }) => /^dativo-[0-9a-f]{16}$/.test(name) && scope !== "");
    });
  }

  async remove(functions: readonly FunctionSummary[], signal: AbortSignal): Promise<readonly Removal[]> {
    return await this.told("Removing functions", signal, async () => {
      const removed: Removal[] = [];
      for (const { name, resource } of functions) {
        const [operation] = await this.api.functions.deleteFunction({ name: resource });
        await withSignal(operation.promise(), signal);
        removed.push({ what: "function", name });
      }
      const kept = new Set((await this.list(signal)).map(({ scope }) => scope));
      for (const scope of new Set(functions.map((one) => one.scope)))
        if (!kept.has(scope)) removed.push(...(await this.removeSecrets(scope, signal)));
      return removed;
    });
  }

  async *logs(name: string, since: Date, signal: AbortSignal): AsyncGenerator<FunctionLogLine> {
    let pageToken: string | undefined;
    do {
      const page = await this.told(`Reading the log of ${name}`, signal, () =>
        this.api.call<LogPage>(
          "logging",
          "POST",
          "v2/entries:list",
          {
            resourceNames: [`projects/${this.gcp.projectId}`],
            filter: `resource.type="cloud_run_revision" AND resource.labels.service_name="${name}" AND timestamp>="${since.toISOString()}"`,
            orderBy: "timestamp asc",
            pageSize: LOG_PAGE,
            ...(pageToken === undefined ? {} : { pageToken }),
          },
          signal,
        ),
      );
      for (const { timestamp, textPayload, jsonPayload } of page.entries ?? [])
        yield {
          time: new Date(timestamp),
          text: textPayload ?? jsonPayload?.message ?? JSON.stringify(jsonPayload ?? {}),
        };
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && pageToken !== "");
  }

  private async removeSecrets(scope: string, signal: AbortSignal): Promise<Removal[]> {
    const removed: Removal[] = [];
    const path = `v1/projects/${this.gcp.projectId}/secrets`;
    const filter = encodeURIComponent(`labels.${GCP_LABELS.scope}=${scope}`);
    const { secrets = [] } = await this.api.call<{ secrets?: readonly { name: string }[] }>(
      "secretmanager",
      "GET",
      `${path}?filter=${filter}&pageSize=1000`,
      undefined,
      signal,
    );
    for (const { name } of secrets) {
      const [id = ""] = name.split("/").slice(-1);
      if (!id.startsWith(secretPrefix(scope))) continue;
      await this.api.call("secretmanager", "DELETE", `v1/${name}`, undefined, signal);
      removed.push({ what: "secret", name: id });
    }
    return removed;
  }

  private async told<T>(doing: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw gcpError(thrown, doing, signal);
    }
  }
}

interface LogPage {
  readonly entries?: readonly {
    readonly timestamp: string;
    readonly textPayload?: string;
    readonly jsonPayload?: { readonly message?: string };
  }[];
  readonly nextPageToken?: string;
}

/** Milliseconds since a day; NaN for what is none. */
function ageOf(day: string | undefined): number {
  return Date.now() - new Date(day ?? "none").getTime();
}

const STATES: Readonly<Record<string, FunctionSummary["state"]>> = {
  ACTIVE: "active",
  DEPLOYING: "deploying",
  FAILED: "failed",
};

function summary(found: GcpFunction): FunctionSummary {
  const { name, labels, state, updateTime, buildConfig, serviceConfig } = found;
  const changedAt = new Date(Number(updateTime?.seconds ?? 0) * 1000);
  const written = new Date(labels?.[GCP_LABELS.used] ?? "none").getTime();
  return {
    name: name?.split("/").at(-1) ?? "",
    resource: name ?? "",
    job: serviceConfig?.environmentVariables?.DATIVO_JOB ?? "",
    scope: labels?.[GCP_LABELS.scope] ?? "",
    state: STATES[String(state)] ?? "inactive",
    runtime: buildConfig?.runtime ?? "",
    memoryMb: Number.parseInt(serviceConfig?.availableMemory ?? "0", 10),
    timeoutSeconds: serviceConfig?.timeoutSeconds ?? 0,
    changedAt,
    // A written day stands for all days until it is written again.
    usedAt: Number.isNaN(written) ? changedAt : new Date(written + (USED_DAYS - 1) * DAY_MS),
  };
}
