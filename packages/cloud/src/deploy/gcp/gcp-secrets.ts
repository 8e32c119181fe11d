import { memberReferences, secretName, secretText } from "../stored-secrets.js";
import type { GcpApi } from "./gcp-api.js";
import { gcpStatus } from "./gcp-errors.js";
import { GCP_LABELS } from "./gcp-labels.js";

const ACCESSOR = "roles/secretmanager.secretAccessor";

/** What secrets of a job's functions are named with. */
export function secretPrefix(scope: string): string {
  return `dativo-${scope}-`;
}

interface Policy {
  readonly bindings?: readonly { readonly role: string; readonly members: readonly string[] }[];
  readonly etag?: string;
}

/**
 * Stores values as one secret that an account may read, unless it is there, and returns the reference of each.
 *
 * The version comes last, so that whoever finds one finds the permission too.
 */
export async function storeGcpSecrets(
  api: GcpApi,
  projectId: string,
  scope: string,
  account: string,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const id = `${secretPrefix(scope)}${secretName(`${scope} ${account}`, values)}`;
  const secret = `projects/${projectId}/secrets/${id}`;
  const version = (await enabledVersion(api, secret, signal)) ?? (await stored());
  return memberReferences(version, values);

  async function stored(): Promise<string> {
    await unlessThere(() =>
      api.call(
        "secretmanager",
        "POST",
        `v1/projects/${projectId}/secrets?secretId=${id}`,
        { replication: { automatic: {} }, labels: { [GCP_LABELS.scope]: scope } },
        signal,
      ),
    );
    await allow(api, secret, `serviceAccount:${account}`, signal);
    const payload = { data: Buffer.from(secretText(values)).toString("base64") };
    const { name } = await api.call<{ name: string }>(
      "secretmanager",
      "POST",
      `v1/${secret}:addVersion`,
      { payload },
      signal,
    );
    return name;
  }
}

async function enabledVersion(api: GcpApi, secret: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { versions } = await api.call<{ versions?: readonly { name: string; state?: string }[] }>(
      "secretmanager",
      "GET",
      `v1/${secret}/versions?filter=state:ENABLED&pageSize=1`,
      undefined,
      signal,
    );
    return versions?.find(({ state }) => state === undefined || state === "ENABLED")?.name;
  } catch (thrown) {
    if (gcpStatus(thrown) === 404) return undefined;
    throw thrown;
  }
}

async function allow(api: GcpApi, secret: string, member: string, signal: AbortSignal): Promise<void> {
  const path = `v1/${secret}`;
  const policy = await api.call<Policy>("secretmanager", "GET", `${path}:getIamPolicy`, undefined, signal);
  const bindings = policy.bindings ?? [];
  if (bindings.some(({ role, members }) => role === ACCESSOR && members.includes(member))) return;
  const wanted = { ...policy, bindings: [...bindings, { role: ACCESSOR, members: [member] }] };
  await api.call("secretmanager", "POST", `${path}:setIamPolicy`, { policy: wanted }, signal);
}

async function unlessThere(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (gcpStatus(thrown) !== 409) throw thrown;
  }
}

/** The references of secrets that a job names itself, by name or by their full name. */
export function gcpSecretReferences(
  projectId: string,
  named: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(named).map(([key, text]) => {
      const [name = "", member] = text.split("#", 2);
      const full = name.startsWith("projects/") ? name : `projects/${projectId}/secrets/${name}`;
      const version = full.includes("/versions/") ? full : `${full}/versions/latest`;
      return [key, member === undefined ? version : `${version}#${member}`];
    }),
  );
}
