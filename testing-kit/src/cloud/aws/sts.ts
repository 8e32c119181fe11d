import { AwsError } from "./aws-error.js";
import type { AwsAnswer, AwsPermission, AwsRequest, AwsService } from "./aws-exchange.js";
import { queryAnswer, queryFailure, queryOperation } from "./query-protocol.js";
import type { Roles } from "./roles.js";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** STS: who somebody is, and to become a role. */
export class Sts implements AwsService {
  constructor(private readonly roles: Roles) {}

  operationOf(request: AwsRequest) {
    return queryOperation(request);
  }

  permission(operation: string, input: unknown): AwsPermission | undefined {
    if (operation === "GetCallerIdentity") return undefined;
    return { action: `sts:${operation}`, resource: (input as { RoleArn?: string }).RoleArn ?? "*" };
  }

  failure(error: AwsError, requestId: string): AwsAnswer {
    return queryFailure(error, requestId);
  }

  async answer(
    operation: string,
    input: unknown,
    request: AwsRequest,
    requestId: string,
  ): Promise<AwsAnswer> {
    const { accountId } = this.roles;
    if (operation === "GetCallerIdentity") {
      const role = this.roles.ofAccessKey(request.accessKeyId);
      const result = {
        Arn: role === undefined ? `arn:aws:iam::${accountId}:user/test` : session(role, "function"),
        UserId: request.accessKeyId,
        Account: accountId,
      };
      return queryAnswer(operation, NAMESPACE, result, requestId);
    }
    if (operation === "AssumeRole") {
      const { RoleArn: role, RoleSessionName: name } = input as { RoleArn: string; RoleSessionName: string };
      if (![...this.roles.all.values()].some(({ arn }) => arn === role))
        throw new AwsError(
          403,
          "AccessDenied",
          `User is not authorized to perform: sts:AssumeRole on resource: ${role}`,
        );
      const { accessKeyId, secretAccessKey, sessionToken } = this.roles.credentials(role);
      const result = {
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: sessionToken,
          Expiration: new Date(Date.now() + 3_600_000).toISOString(),
        },
        AssumedRoleUser: { AssumedRoleId: `${accessKeyId}:${name}`, Arn: session(role, name) },
      };
      return queryAnswer(operation, NAMESPACE, result, requestId);
    }
    throw new AwsError(400, "InvalidAction", `The emulator has no operation ${operation} of STS`);
  }
}

function session(role: string, name: string): string {
  return `${role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/${name}`;
}
