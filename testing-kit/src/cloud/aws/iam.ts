import { AwsError, failedConstraint } from "./aws-error.js";
import type { AwsAnswer, AwsPermission, AwsRequest, AwsService } from "./aws-exchange.js";
import { MANAGED_POLICIES, type PolicyDocument } from "./policy.js";
import { queryAnswer, queryFailure, queryOperation } from "./query-protocol.js";
import type { Role, Roles } from "./roles.js";

const NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";

interface Input {
  readonly RoleName: string;
  readonly Path?: string;
  readonly Description?: string;
  readonly AssumeRolePolicyDocument?: string;
  readonly PolicyArn?: string;
  readonly PolicyName?: string;
  readonly PolicyDocument?: string;
  readonly PathPrefix?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly TagKeys?: readonly string[];
}

/** IAM, as far as the roles of functions need it. */
export class Iam implements AwsService {
  constructor(private readonly roles: Roles) {}

  operationOf(request: AwsRequest) {
    return queryOperation(request);
  }

  permission(operation: string, input: unknown): AwsPermission {
    const resource = `arn:aws:iam::${this.roles.accountId}:role/${(input as Input).RoleName ?? "*"}`;
    return { action: `iam:${operation}`, resource };
  }

  failure(error: AwsError, requestId: string): AwsAnswer {
    return queryFailure(error, requestId);
  }

  async answer(
    operation: string,
    input: unknown,
    _request: AwsRequest,
    requestId: string,
  ): Promise<AwsAnswer> {
    const act = this.operations[operation];
    if (act === undefined)
      throw new AwsError(400, "InvalidAction", `The emulator has no operation ${operation} of IAM`);
    return queryAnswer(operation, NAMESPACE, act(input as Input), requestId);
  }

  private readonly operations: Readonly<Record<string, (input: Input) => unknown>> = {
    CreateRole: (input) => {
      if (!/^[\w+=,.@-]{1,64}$/.test(input.RoleName ?? ""))
        throw failedConstraint(
          "roleName",
          input.RoleName,
          "Member must satisfy regular expression pattern: [\\w+=,.@-]+",
        );
      const role = this.roles.create(input.RoleName, parsed(input.AssumeRolePolicyDocument), {
        ...(input.Path !== undefined && { path: input.Path }),
        ...(input.Description !== undefined && { description: input.Description }),
        tags: new Map(input.Tags?.map(({ Key, Value }) => [Key, Value])),
      });
      return { Role: described(role) };
    },
    GetRole: ({ RoleName }) => ({ Role: described(this.roles.get(RoleName)) }),
    ListRoles: ({ PathPrefix = "/" }) => ({
      Roles: [...this.roles.all.values()].filter(({ path }) => path.startsWith(PathPrefix)).map(described),
      IsTruncated: false,
    }),
    DeleteRole: ({ RoleName }) => {
      const role = this.roles.get(RoleName);
      if (role.attached.size > 0 || role.inline.size > 0)
        throw new AwsError(409, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
      this.roles.all.delete(RoleName);
    },
    UpdateAssumeRolePolicy: ({ RoleName, PolicyDocument: document }) => {
      this.roles.get(RoleName).trust = parsed(document);
    },
    AttachRolePolicy: ({ RoleName, PolicyArn = "" }) => {
      const [, name] = /^arn:aws:iam::aws:policy\/(.+)$/.exec(PolicyArn) ?? [];
      if (name === undefined || MANAGED_POLICIES[name] === undefined)
        throw new AwsError(404, "NoSuchEntity", `Policy ${PolicyArn} does not exist or is not attachable.`);
      this.roles.get(RoleName).attached.add(PolicyArn);
    },
    DetachRolePolicy: ({ RoleName, PolicyArn = "" }) => {
      if (!this.roles.get(RoleName).attached.delete(PolicyArn))
        throw new AwsError(404, "NoSuchEntity", `Policy ${PolicyArn} was not found.`);
    },
    ListAttachedRolePolicies: ({ RoleName }) => ({
      AttachedPolicies: [...this.roles.get(RoleName).attached].map((arn) => ({
        PolicyName: arn.split("/").at(-1),
        PolicyArn: arn,
      })),
      IsTruncated: false,
    }),
    PutRolePolicy: ({ RoleName, PolicyName = "", PolicyDocument: document }) => {
      this.roles.get(RoleName).inline.set(PolicyName, parsed(document));
    },
    GetRolePolicy: ({ RoleName, PolicyName = "" }) => ({
      RoleName,
      PolicyName,
      PolicyDocument: encodeURIComponent(JSON.stringify(this.inline(RoleName, PolicyName))),
    }),
    ListRolePolicies: ({ RoleName }) => ({
      PolicyNames: [...this.roles.get(RoleName).inline.keys()],
      IsTruncated: false,
    }),
    DeleteRolePolicy: ({ RoleName, PolicyName = "" }) => {
      this.inline(RoleName, PolicyName);
      this.roles.get(RoleName).inline.delete(PolicyName);
    },
    TagRole: ({ RoleName, Tags = [] }) => {
      for (const { Key, Value } of Tags) this.roles.get(RoleName).tags.set(Key, Value);
    },
    UntagRole: ({ RoleName, TagKeys = [] }) => {
      for (const key of TagKeys) this.roles.get(RoleName).tags.delete(key);
    },
    ListRoleTags: ({ RoleName }) => ({ Tags: tagsOf(this.roles.get(RoleName)), IsTruncated: false }),
  };

  private inline(role: string, name: string): PolicyDocument {
    const policy = this.roles.get(role).inline.get(name);
    if (policy === undefined)
      throw new AwsError(404, "NoSuchEntity", `The role policy with name ${name} cannot be found.`);
    return policy;
  }
}

function parsed(document: string | undefined): PolicyDocument {
  try {
    const policy = JSON.parse(document ?? "") as PolicyDocument;
    if (typeof policy.Statement === "object") return policy;
  } catch {
    // Answered below.
  }
  throw new AwsError(400, "MalformedPolicyDocument", "Syntax errors in policy.");
}

function described(role: Role): unknown {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt).toISOString(),
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trust)),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    Tags: tagsOf(role),
  };
}

function tagsOf({ tags }: Role): readonly unknown[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
