import { scryptSync } from "node:crypto";

/** Cost of deriving a name: 16 MB of memory and some tens of milliseconds, so that nobody tries all short secrets. */
const SCRYPT = { N: 16_384, r: 8, p: 1 };

/**
 * The name of a secret with these values: the same values have the same name, so that they are stored once, runs with
 * other credentials do not overwrite each other's, and a function can keep what it read.
 */
export function secretName(scope: string, values: Readonly<Record<string, string>>): string {
  return scryptSync(secretText(values), `dativo ${scope}`, 16, SCRYPT).toString("hex");
}

/** The text of a secret: a JSON object with its members in the order of their names. */
export function secretText(values: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** A reference for each key of a secret. */
export function memberReferences(
  secret: string,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.keys(values).map((key) => [key, `${secret}#${key}`]));
}
