import { DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  paginateListAttachedRolePolicies,
} from "@aws-sdk/client-iam";
import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { DeleteSecretCommand, paginateListSecrets } from "@aws-sdk/client-secrets-manager";
import type { FunctionSummary, Removal } from "../cloud-provider.js";
import type { AwsClients } from "./aws-clients.js";
import { awsErrorName } from "./aws-errors.js";
import { SECRETS_POLICY } from "./aws-role.js";
import { secretsPath } from "./aws-secrets.js";

/** Removes functions; and role and secrets of a job once no function of it is left. */
export async function removeAwsFunctions(
  clients: AwsClients,
  functions: readonly FunctionSummary[],
  all: readonly FunctionSummary[],
  signal: AbortSignal,
): Promise<Removal[]> {
  const removed: Removal[] = [];
  const gone = new Set(functions.map(({ name }) => name));
  const abort = { abortSignal: signal };
  const remove = async (removal: Removal, work: () => Promise<unknown>) => {
    if (await unlessGone(work)) removed.push(removal);
  };
  for (const { name } of functions) {
    await remove({ what: "function", name }, () =>
      clients.lambda.send(new DeleteFunctionCommand({ FunctionName: name }), abort),
    );
    const logGroupName = `/aws/lambda/${name}`;
    await remove({ what: "log group", name: logGroupName }, () =>
      clients.logs.send(new DeleteLogGroupCommand({ logGroupName }), abort),
    );
  }
  const kept = new Set(all.filter(({ name }) => !gone.has(name)).map(({ scope }) => scope));
  for (const scope of new Set(functions.map((one) => one.scope))) {
    if (scope === "" || kept.has(scope)) continue;
    const role = `dativo-${scope}`;
    await remove({ what: "role", name: role }, () => removeRole(clients, role, signal));
    for (const name of await secretsOf(clients, scope))
      await remove({ what: "secret", name }, () =>
        clients.secrets.send(
          new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }),
          abort,
        ),
      );
  }
  return removed;
}

async function removeRole({ iam }: AwsClients, name: string, signal: AbortSignal): Promise<void> {
  const abort = { abortSignal: signal };
  const of = { RoleName: name };
  for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies({ client: iam }, of))
    for (const { PolicyArn } of AttachedPolicies)
      await iam.send(new DetachRolePolicyCommand({ ...of, PolicyArn }), abort);
  await unlessGone(() => iam.send(new DeleteRolePolicyCommand({ ...of, PolicyName: SECRETS_POLICY }), abort));
  await iam.send(new DeleteRoleCommand(of), abort);
}

async function secretsOf({ secrets }: AwsClients, scope: string): Promise<string[]> {
  const prefix = secretsPath(scope);
  const names: string[] = [];
  const filter = { Filters: [{ Key: "name" as const, Values: [prefix] }] };
  for await (const { SecretList = [] } of paginateListSecrets({ client: secrets }, filter))
    for (const { Name = "" } of SecretList) if (Name.startsWith(prefix)) names.push(Name);
  return names;
}

/** Does something to what may be gone; says whether it was there. */
async function unlessGone(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (thrown) {
    if (/^(?:ResourceNotFound|NoSuchEntity)(?:Exception)?$/.test(awsErrorName(thrown))) return false;
    throw thrown;
  }
}
