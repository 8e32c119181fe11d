import { DativoError, isDativoError } from "@dativo/protocol";
import { awsSecret } from "./secrets-aws.js";
import { gcpSecret } from "./secrets-gcp.js";

/** Texts of secrets that were fetched; what a reference names never changes. */
const fetched = new Map<string, Promise<string>>();

/**
 * Fetches the value that a reference names: `arn:aws:secretsmanager:…` or `projects/P/secrets/S/versions/V`, and behind
 * a `#` the member of the secret's JSON object.
 *
 * @throws DativoError `SECRET_NOT_FOUND`
 */
export async function secretValue(reference: string): Promise<string> {
  const at = reference.indexOf("#");
  const name = at < 0 ? reference : reference.slice(0, at);
  let text = fetched.get(name);
  if (text === undefined) {
    text = fetchSecret(name);
    fetched.set(name, text);
    text.catch(() => fetched.delete(name));
  }
  return at < 0 ? await text : member(await text, name, reference.slice(at + 1));
}

async function fetchSecret(name: string): Promise<string> {
  try {
    if (name.startsWith("arn:")) return await awsSecret(name);
    if (name.startsWith("projects/")) return await gcpSecret(name);
  } catch (error) {
    if (isDativoError(error)) throw error;
    const { cause, message } = error as Error;
    throw notFound(name, cause instanceof Error ? `${message} (${cause.message})` : message, true);
  }
  throw notFound(name, "it is neither the ARN of a secret nor the name of a version of one");
}

function member(text: string, name: string, key: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text)[key];
  } catch {
    throw notFound(name, "it does not hold a JSON object");
  }
  if (value === undefined) throw notFound(name, `it has no member "${key}"`);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The error of a secret that cannot be had; never quotes it. */
export function notFound(name: string, problem: string, retryable = false): DativoError {
  return new DativoError({
    code: "SECRET_NOT_FOUND",
    message: `The secret ${name} cannot be read inside the function: ${problem}.`,
    hint: "See that it exists, and that the role or service account of the function may read it.",
    retryable,
    details: { secret: name },
  });
}
