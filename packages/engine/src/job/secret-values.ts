import type { Redactor } from "@dativo/protocol";

const SECRET_VARIABLE = /key|token|secret|password|passwd|pwd|passphrase|credential|auth|dsn/i;
const SECRET_KEY =
  /password|passwd|pwd|passphrase|secret|token|credential|(?:api|access|private|account)_?key|dsn/i;
const ABOUT_A_SECRET = /_(?:url|uri|path|file|type|method|name|field|seconds)$/i;

/** Members of `credentials` that say how to sign in, not with what. */
const NOT_SECRET = new Set(["type", "from_env", "auth_type", "auth_method"]);

/** Values so ordinary that hiding them would garble every message and protect nothing. */
const ORDINARY = new Set(["true", "false", "null", "none", "default"]);

/** Says whether a variable of this name most likely holds a secret. */
export function isSecretVariable(name: string): boolean {
  return SECRET_VARIABLE.test(name);
}

/** Says whether a key of this name most likely holds a secret. */
function isSecretKey(name: string): boolean {
  return SECRET_KEY.test(name) && !ABOUT_A_SECRET.test(name);
}

/** Adds a secret of a job to the redactor. */
export function addSecret(redactor: Redactor, value: unknown): void {
  if (typeof value === "string") {
    if (!ORDINARY.has(value.toLowerCase())) redactor.add(value);
  } else if (typeof value === "number") {
    redactor.add(value);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, inner] of Object.entries(value)) if (!NOT_SECRET.has(name)) addSecret(redactor, inner);
  }
}

/**
 * Finds the secrets of a part of a job: everything under `credentials` and `dsn`, values of keys whose names look
 * secret, and the user and password of addresses.
 */
export function addSecretsOf(redactor: Redactor, value: unknown, name = ""): void {
  if (isSecretKey(name)) addSecret(redactor, value);
  if (typeof value === "string") addUrlSecrets(redactor, value);
  else if (Array.isArray(value)) for (const item of value) addSecretsOf(redactor, item);
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) addSecretsOf(redactor, inner, key);
}

/** Adds the password of an address such as `postgres://user:password@host/db`. */
function addUrlSecrets(redactor: Redactor, text: string): void {
  for (const [, user, password] of text.matchAll(/[a-z][a-z0-9+.-]*:\/\/([^\s:/@]*):([^\s/@]+)@/gi)) {
    if (password === undefined) continue;
    addSecret(redactor, password);
    addSecret(redactor, decoded(password));
    addSecret(redactor, `${user}:${password}`);
  }
  for (const [, value] of text.matchAll(
    /[?&;\s](?:password|pwd|token|api_key|apikey|access_token|secret)=([^&;\s]+)/gi,
  ))
    if (value !== undefined) {
      addSecret(redactor, value);
      addSecret(redactor, decoded(value));
    }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
