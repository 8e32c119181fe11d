import { randomBytes, randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.js";
import type { AwsAnswer, AwsPermission, AwsRequest, AwsService } from "./aws-exchange.js";
import { jsonFailure, jsonOperation, jsonResult } from "./json-protocol.js";

const DAY_MS = 86_400_000;

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

interface Version {
  readonly id: string;
  readonly text: string | undefined;
  /** In base64. */
  readonly binary: string | undefined;
  readonly createdAt: number;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  description: string | undefined;
  readonly tags: Map<string, string>;
  /** The last one is current, the one before it is the previous one. */
  readonly versions: Version[];
  deletedAt: number | undefined;
}

interface Input {
  readonly Name?: string;
  readonly SecretId?: string;
  readonly Description?: string;
  readonly SecretString?: string;
  readonly SecretBinary?: string;
  readonly ClientRequestToken?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly Tags?: readonly Tag[];
  readonly TagKeys?: readonly string[];
  readonly ForceDeleteWithoutRecovery?: boolean;
  readonly RecoveryWindowInDays?: number;
  readonly Filters?: readonly { readonly Key: string; readonly Values: readonly string[] }[];
}

/** AWS Secrets Manager. */
export class SecretsManager implements AwsService {
  private readonly secrets = new Map<string, Secret>();

  constructor(
    private readonly region: string,
    private readonly accountId: string,
  ) {}

  operationOf(request: AwsRequest) {
    return jsonOperation(request);
  }

  failure(error: AwsError): AwsAnswer {
    return jsonFailure(error);
  }

  permission(operation: string, input: unknown): AwsPermission {
    const { SecretId = "", Name = "" } = input as Input;
    const resource = this.find(SecretId)?.arn ?? this.arn(Name || SecretId, "??????");
    return { action: `secretsmanager:${operation}`, resource };
  }

  async answer(operation: string, input: unknown): Promise<AwsAnswer> {
    return jsonResult("Secrets Manager", this.operations, operation, input);
  }

  private readonly operations: Readonly<Record<string, (input: Input) => unknown>> = {
    CreateSecret: (input) => this.create(input),
    GetSecretValue: (input) => this.value(input),
    PutSecretValue: (input) => this.addVersion(this.get(input), input),
    UpdateSecret: (input) => {
      const secret = this.get(input);
      if (input.Description !== undefined) secret.description = input.Description;
      const isChanged = input.SecretString !== undefined || input.SecretBinary !== undefined;
      return isChanged ? this.addVersion(secret, input) : { ARN: secret.arn, Name: secret.name };
    },
    DescribeSecret: ({ SecretId = "" }) => this.described(this.found(SecretId)),
    ListSecrets: ({ Filters = [] }) => ({
      SecretList: [...this.secrets.values()]
        .filter(({ deletedAt }) => deletedAt === undefined)
        .filter((secret) => Filters.every((filter) => fits(secret, filter)))
        .map((secret) => this.described(secret)),
    }),
    DeleteSecret: (input) => {
      const secret = this.get(input);
      const days = input.ForceDeleteWithoutRecovery === true ? 0 : (input.RecoveryWindowInDays ?? 30);
      if (days === 0) this.secrets.delete(secret.name);
      else secret.deletedAt = Date.now() + days * DAY_MS;
      return { ARN: secret.arn, Name: secret.name, DeletionDate: (Date.now() + days * DAY_MS) / 1000 };
    },
    RestoreSecret: ({ SecretId = "" }) => {
      const secret = this.found(SecretId);
      secret.deletedAt = undefined;
      return { ARN: secret.arn, Name: secret.name };
    },
    TagResource: (input) => {
      for (const { Key, Value } of input.Tags ?? []) this.get(input).tags.set(Key, Value);
    },
    UntagResource: (input) => {
      for (const key of input.TagKeys ?? []) this.get(input).tags.delete(key);
    },
  };

  private create(input: Input): unknown {
    const { Name: name = "" } = input;
    if (!/^[\w/+=.@-]{1,512}$/.test(name))
      throw new AwsError(
        400,
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
      );
    const present = this.secrets.get(name);
    if (present?.deletedAt !== undefined)
      throw new AwsError(
        400,
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    if (present !== undefined)
      throw new AwsError(
        400,
        "ResourceExistsException",
        `The operation failed because the secret ${name} already exists.`,
      );
    const suffix = randomBytes(8).toString("base64url").replace(/[-_]/g, "x").slice(0, 6);
    const secret: Secret = {
      name,
      arn: this.arn(name, suffix),
      description: input.Description,
      tags: new Map(input.Tags?.map(({ Key, Value }) => [Key, Value])),
      versions: [],
      deletedAt: undefined,
    };
    this.secrets.set(name, secret);
    const isEmpty = input.SecretString === undefined && input.SecretBinary === undefined;
    return isEmpty ? { ARN: secret.arn, Name: name } : this.addVersion(secret, input);
  }

  private addVersion(secret: Secret, input: Input): unknown {
    const { SecretString: text, SecretBinary: binary, ClientRequestToken: id = randomUUID() } = input;
    if (Buffer.byteLength(text ?? binary ?? "") > 65_536)
      throw new AwsError(400, "ValidationException", "The value of a secret must have at most 65536 bytes");
    const same = secret.versions.find((version) => version.id === id);
    if (same === undefined) secret.versions.push({ id, text, binary, createdAt: Date.now() });
    else if (same.text !== text || same.binary !== binary)
      throw new AwsError(400, "ResourceExistsException", `A version with the token ${id} already exists.`);
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: ["AWSCURRENT"] };
  }

  private value(input: Input): unknown {
    const { versions, arn, name } = this.get(input);
    const stage = input.VersionStage === "AWSPREVIOUS" ? versions.length - 2 : versions.length - 1;
    const at = input.VersionId === undefined ? stage : versions.findIndex(({ id }) => id === input.VersionId);
    const version = versions[at];
    if (version === undefined)
      throw new AwsError(
        400,
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      );
    return {
      ARN: arn,
      Name: name,
      VersionId: version.id,
      ...(version.text !== undefined && { SecretString: version.text }),
      ...(version.binary !== undefined && { SecretBinary: version.binary }),
      VersionStages: stagesOf(at, versions.length),
      CreatedDate: version.createdAt / 1000,
    };
  }

  private described({ arn, name, description, tags, versions, deletedAt }: Secret): unknown {
    return {
      ARN: arn,
      Name: name,
      Description: description,
      Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
      ...(deletedAt !== undefined && { DeletedDate: deletedAt / 1000 }),
      VersionIdsToStages: Object.fromEntries(
        versions.map(({ id }, at) => [id, stagesOf(at, versions.length)]),
      ),
    };
  }

  private get({ SecretId = "" }: Input): Secret {
    const secret = this.found(SecretId);
    if (secret.deletedAt !== undefined)
      throw new AwsError(
        400,
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    return secret;
  }

  private found(id: string): Secret {
    const secret = this.find(id);
    if (secret === undefined)
      throw new AwsError(
        400,
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
      );
    return secret;
  }

  /** By name, ARN, or ARN without the letters that Secrets Manager adds. */
  private find(id: string): Secret | undefined {
    const byName = this.secrets.get(id);
    if (byName !== undefined || !id.startsWith("arn:")) return byName;
    return [...this.secrets.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id);
  }

  private arn(name: string, suffix: string): string {
    return `arn:aws:secretsmanager:${this.region}:${this.accountId}:secret:${name}-${suffix}`;
  }
}

function stagesOf(at: number, count: number): readonly string[] {
  if (at === count - 1) return ["AWSCURRENT"];
  return at === count - 2 ? ["AWSPREVIOUS"] : [];
}

function fits({ name, tags }: Secret, { Key, Values }: { Key: string; Values: readonly string[] }): boolean {
  if (Key === "name") return Values.some((value) => name.startsWith(value));
  if (Key === "tag-key") return Values.some((value) => [...tags.keys()].some((key) => key.startsWith(value)));
  if (Key === "tag-value")
    return Values.some((value) => [...tags.values()].some((each) => each.startsWith(value)));
  return true;
}
