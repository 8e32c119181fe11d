import { AwsClient } from "aws4fetch";
import { OWN_IDENTITY } from "./own-identity.js";
import { notFound } from "./secrets.js";

/** Fetches the text of a secret of AWS Secrets Manager, as the role of the function may. */
export async function awsSecret(arn: string): Promise<string> {
  const { env } = process;
  const { sessionToken, ...identity } = await OWN_IDENTITY.aws();
  const region = arn.split(":")[3] || identity.region;
  const endpoint =
    env.AWS_ENDPOINT_URL_SECRETS_MANAGER ||
    env.AWS_ENDPOINT_URL ||
    `https://secretsmanager.${region}.amazonaws.com`;
  const client = new AwsClient({
    ...identity,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: "secretsmanager",
    region,
  });
  const response = await client.fetch(`${endpoint.replace(/\/$/, "")}/`, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "secretsmanager.GetSecretValue",
    },
    body: JSON.stringify({ SecretId: arn }),
  });
  const answer = (await response.json().catch(() => ({}))) as {
    SecretString?: string;
    __type?: string;
    message?: string;
  };
  if (response.ok && answer.SecretString !== undefined) return answer.SecretString;
  throw notFound(
    arn,
    `${answer.__type ?? response.status} ${answer.message ?? ""}`.trim(),
    response.status >= 500,
  );
}
