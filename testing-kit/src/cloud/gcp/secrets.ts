import { GcpError } from "./gcp-exchange.js";
import type { Project } from "./project.js";

interface Version {
  readonly data: Buffer;
  state: "ENABLED" | "DISABLED" | "DESTROYED";
  readonly createTime: string;
}

/** A secret with its versions, the first one at 0. */
export interface Secret {
  readonly createTime: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly versions: Version[];
  /** Members by role, as set on the secret itself. */
  bindings: readonly { readonly role: string; readonly members: readonly string[] }[];
}

/** The secrets of a project. */
export class Secrets {
  readonly all = new Map<string, Secret>();

  constructor(private readonly project: Project) {}

  /** @throws GcpError `NOT_FOUND` */
  get(id: string): Secret {
    const secret = this.all.get(id);
    if (secret === undefined)
      throw new GcpError("NOT_FOUND", `Secret [projects/${this.project.number}/secrets/${id}] not found.`);
    return secret;
  }

  /** The number of a version, `latest` resolved. @throws GcpError `NOT_FOUND` */
  number(id: string, version: string): number {
    const { versions } = this.get(id);
    const number =
      version === "latest" ? versions.findLastIndex(({ state }) => state === "ENABLED") + 1 : Number(version);
    if (versions[number - 1] === undefined)
      throw new GcpError(
        "NOT_FOUND",
        `Secret Version [projects/${this.project.number}/secrets/${id}/versions/${version}] not found.`,
      );
    return number;
  }

  /** What a version holds, for an account that may know. @throws GcpError `PERMISSION_DENIED`, `FAILED_PRECONDITION` */
  access(id: string, version: string, account: string): Buffer {
    if (!this.project.allows(account, "secretmanager.versions.access") && !this.isMember(id, account))
      throw new GcpError(
        "PERMISSION_DENIED",
        `Permission 'secretmanager.versions.access' denied for resource 'projects/${this.project.id}/secrets/${id}/versions/${version}' (or it may not exist).`,
      );
    const found = this.get(id).versions[this.number(id, version) - 1]!;
    if (found.state !== "ENABLED")
      throw new GcpError("FAILED_PRECONDITION", `Secret Version is in ${found.state} state.`);
    return found.data;
  }

  /** Whether the secret itself lets an account read it. */
  private isMember(id: string, account: string): boolean {
    const bindings = this.all.get(id)?.bindings ?? [];
    return bindings.some(
      ({ role, members }) =>
        role === "roles/secretmanager.secretAccessor" && members.includes(`serviceAccount:${account}`),
    );
  }
}
