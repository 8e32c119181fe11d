import {
  CreateSecretCommand,
  DescribeSecretCommand,
  RestoreSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { DativoError } from "@dativo/protocol";
import { memberReferences, secretName, secretText } from "../stored-secrets.js";
import type { AwsClients } from "./aws-clients.js";
import { awsErrorName } from "./aws-errors.js";

/** Where the secrets of a job's functions are kept. */
export function secretsPath(scope: string): string {
  return `dativo/${scope}/`;
}

/** Stores values as one secret, unless it is there, and returns the reference of each. */
export async function storeAwsSecrets(
  clients: AwsClients,
  scope: string,
  values: Readonly<Record<string, string>>,
  tags: readonly { readonly Key: string; readonly Value: string }[],
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const name = `${secretsPath(scope)}${secretName(scope, values)}`;
  const arn =
    (await findSecret(clients, name, signal)) ??
    (await createSecret(clients, name, secretText(values), tags, signal));
  return memberReferences(arn, values);
}

async function createSecret(
  { secrets }: AwsClients,
  name: string,
  text: string,
  tags: readonly { readonly Key: string; readonly Value: string }[],
  signal: AbortSignal,
): Promise<string> {
  try {
    const created = await secrets.send(
      new CreateSecretCommand({
        Name: name,
        Description: "Credentials of a Dativo job, for the function that its plugin runs in.",
        SecretString: text,
        Tags: [...tags],
      }),
      { abortSignal: signal },
    );
    return created.ARN ?? "";
  } catch (thrown) {
    if (awsErrorName(thrown) !== "ResourceExistsException") throw thrown;
    return (await findSecret({ secrets }, name, signal)) ?? "";
  }
}

async function findSecret(
  { secrets }: Pick<AwsClients, "secrets">,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { ARN, DeletedDate } = await secrets.send(new DescribeSecretCommand({ SecretId: name }), {
      abortSignal: signal,
    });
    if (DeletedDate !== undefined)
      await secrets.send(new RestoreSecretCommand({ SecretId: name }), { abortSignal: signal });
    return ARN;
  } catch (thrown) {
    if (awsErrorName(thrown) === "ResourceNotFoundException") return undefined;
    throw thrown;
  }
}

/**
 * The references of secrets that a job names itself, by ARN or name.
 *
 * @throws DativoError `SECRET_NOT_FOUND`
 */
export async function awsSecretReferences(
  clients: AwsClients,
  named: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const references: Record<string, string> = {};
  for (const [key, text] of Object.entries(named)) {
    const [name = "", member] = text.split("#", 2);
    const arn = name.startsWith("arn:") ? name : await findSecret(clients, name, signal);
    if (arn === undefined)
      throw new DativoError({
        code: "SECRET_NOT_FOUND",
        message: `cloud_execution.secrets names ${name} for ${key}, and AWS Secrets Manager has no secret of that name.`,
        details: { key, secret: name },
      });
    references[key] = member === undefined ? arn : `${arn}#${member}`;
  }
  return references;
}
