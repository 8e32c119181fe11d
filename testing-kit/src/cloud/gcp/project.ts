import { GcpError } from "./gcp-exchange.js";
import { CLOUD_FUNCTION_REGIONS } from "./limits.js";
import type { MockCloudFunctionsOptions } from "./mock-cloud-functions-options.js";

/** Roles, and what they allow of what the emulator asks for. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  "roles/secretmanager.secretAccessor": ["secretmanager.versions.access"],
  "roles/storage.objectUser": ["storage.objects"],
  "roles/storage.objectAdmin": ["storage.objects"],
  "roles/owner": ["secretmanager.versions.access", "storage.objects"],
  "roles/editor": ["storage.objects"],
};

/** The project that the emulator has: its name, its regions, and who is in it. */
export class Project {
  readonly id: string;
  /** Google numbers projects too. */
  readonly number = "123456789012";
  private readonly regions: readonly string[];

  constructor(private readonly options: MockCloudFunctionsOptions) {
    this.id = options.project ?? "my-project";
    this.regions = options.regions ?? CLOUD_FUNCTION_REGIONS;
  }

  /** Who deploys and invokes. */
  get owner(): string {
    return `deployer@${this.id}.iam.gserviceaccount.com`;
  }

  /** Whom functions run as that name nobody. */
  get defaultAccount(): string {
    return `${this.number}-compute@developer.gserviceaccount.com`;
  }

  /** @throws GcpError `PERMISSION_DENIED` for another project, `NOT_FOUND` for a region that there is not */
  check(project: string, region?: string): void {
    if (project !== this.id && project !== this.number)
      throw new GcpError("PERMISSION_DENIED", `Permission denied on resource project ${project}.`);
    if (region !== undefined && region !== "-" && !this.regions.includes(region))
      throw new GcpError("NOT_FOUND", `Location ${region} is not found or access is unauthorized.`);
  }

  /** Whether a service account exists. */
  hasAccount(account: string): boolean {
    if (account === this.owner || account === this.defaultAccount) return true;
    const { serviceAccounts } = this.options;
    if (serviceAccounts !== undefined) return serviceAccounts[account] !== undefined;
    return new RegExp(`^[a-z][a-z0-9-]{4,28}[a-z0-9]@${this.id}\\.iam\\.gserviceaccount\\.com$`).test(
      account,
    );
  }

  /** Whether an account has a permission: the deployer has all, and so has every account where none are named. */
  allows(account: string, permission: string): boolean {
    const { serviceAccounts } = this.options;
    if (account === this.owner || serviceAccounts === undefined) return true;
    const roles = account === this.defaultAccount ? ["roles/editor"] : (serviceAccounts[account] ?? []);
    return roles.some((role) => ROLES[role]?.includes(permission) === true);
  }
}
