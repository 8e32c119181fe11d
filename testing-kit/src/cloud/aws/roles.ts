import { createHash, randomBytes } from "node:crypto";
import { AwsError } from "./aws-error.js";
import { isAllowed, isTrusted, MANAGED_POLICIES, type PolicyDocument } from "./policy.js";

/** A role of the account. */
export interface Role {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly description: string | undefined;
  readonly maxSessionDuration: number;
  trust: PolicyDocument;
  readonly tags: Map<string, string>;
  /** ARNs of policies. */
  readonly attached: Set<string>;
  readonly inline: Map<string, PolicyDocument>;
}

/** Trust of a role that functions run as. */
export const LAMBDA_TRUST: PolicyDocument = {
  Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
};

/** The roles of an account, and what they may do. */
export class Roles {
  readonly all = new Map<string, Role>();

  constructor(
    readonly accountId: string,
    private readonly propagationMs: number,
  ) {}

  /** @throws AwsError `EntityAlreadyExists` */
  create(
    name: string,
    trust: PolicyDocument,
    more: Partial<Pick<Role, "path" | "description" | "tags" | "createdAt">> = {},
  ): Role {
    if (this.all.has(name))
      throw new AwsError(409, "EntityAlreadyExists", `Role with name ${name} already exists.`);
    const path = more.path ?? "/";
    const role: Role = {
      name,
      path,
      id: `AROA${randomBytes(8).toString("hex").toUpperCase()}`,
      arn: `arn:aws:iam::${this.accountId}:role${path}${name}`,
      createdAt: more.createdAt ?? Date.now(),
      description: more.description,
      maxSessionDuration: 3600,
      trust,
      tags: more.tags ?? new Map(),
      attached: new Set(),
      inline: new Map(),
    };
    this.all.set(name, role);
    return role;
  }

  /** @throws AwsError `NoSuchEntity` */
  get(name: string): Role {
    const role = this.all.get(name);
    if (role === undefined)
      throw new AwsError(404, "NoSuchEntity", `The role with name ${name} cannot be found.`);
    return role;
  }

  /** Whether Lambda can assume a role by now. */
  isAssumable(arn: string): boolean {
    const role = this.byArn(arn);
    return (
      role !== undefined &&
      isTrusted(role.trust, "lambda.amazonaws.com") &&
      Date.now() >= role.createdAt + this.propagationMs
    );
  }

  /** Whether the policies of a role allow an action on a resource. */
  allows(arn: string, action: string, resource: string): boolean {
    const role = this.byArn(arn);
    if (role === undefined) return false;
    const managed = [...role.attached].flatMap(
      (policy) => MANAGED_POLICIES[policy.replace(/^.*?:policy\//, "")] ?? [],
    );
    return isAllowed([...role.inline.values(), ...managed], action, resource);
  }

  /** What a function of the role signs its requests with. */
  credentials(arn: string): { accessKeyId: string; secretAccessKey: string; sessionToken: string } {
    const digest = createHash("sha256").update(arn).digest("hex");
    return {
      accessKeyId: `ASIA${digest.slice(0, 16).toUpperCase()}`,
      secretAccessKey: digest.slice(0, 40),
      sessionToken: `role ${arn}`,
    };
  }

  /** The role whose credentials a request was signed with; undefined when it is the account's own. */
  ofAccessKey(accessKeyId: string): string | undefined {
    if (!accessKeyId.startsWith("ASIA")) return undefined;
    return [...this.all.values()].find(({ arn }) => this.credentials(arn).accessKeyId === accessKeyId)?.arn;
  }

  private byArn(arn: string): Role | undefined {
    return [...this.all.values()].find((role) => role.arn === arn);
  }
}
