import { createHash } from "node:crypto";
import type { Json, JsonObject } from "@dativo/protocol";

/** A made-up secret, put where a real one would be, so that it is noticed wherever it turns up. */
export interface Canary {
  /** Key path such as `credentials.api_key`. */
  readonly key: string;
  readonly value: string;
}

/** Characters of a canary in a row that are noticed by themselves, as in a log that shows the start of a token. */
const WINDOW = 12;

/**
 * A canary for one key: long enough to be unmistakable, the same at every run so that reports are, and of letters
 * and digits so that no encoding but base64 changes it.
 */
export function canaryFor(key: string): string {
  return `canary${createHash("sha256").update(`dativo ${key}`).digest("hex").slice(0, 26)}`;
}

/** Credentials with a canary for every text, and those canaries. */
export function withCanaries(credentials: JsonObject): { credentials: JsonObject; canaries: Canary[] } {
  const canaries: Canary[] = [];
  const replace = (value: Json, key: string): Json => {
    if (typeof value === "string") {
      canaries.push({ key, value: canaryFor(key) });
      return canaryFor(key);
    }
    if (Array.isArray(value)) return value.map((item, index) => replace(item, `${key}.${index}`));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([name, member]) => [name, replace(member as Json, `${key}.${name}`)]),
      );
    return value;
  };
  return { credentials: replace(credentials, "credentials") as JsonObject, canaries };
}

/** The first canary of which a text shows a part, plain, reversed or in base64, and where. */
export function findCanary(
  text: string,
  canaries: readonly Canary[],
): { readonly canary: Canary; readonly around: string } | undefined {
  for (const canary of canaries)
    for (const form of formsOf(canary.value)) {
      const at = text.indexOf(form);
      if (at >= 0) return { canary, around: text.slice(Math.max(0, at - 40), at + form.length + 20) };
    }
  return undefined;
}

const knownForms = new Map<string, readonly string[]>();

function formsOf(value: string): readonly string[] {
  let forms = knownForms.get(value);
  if (forms === undefined) {
    forms = makeForms(value);
    knownForms.set(value, forms);
  }
  return forms;
}

function makeForms(value: string): string[] {
  const body = value.startsWith("canary") ? value.slice("canary".length) : value;
  const windows = [body.slice(0, WINDOW), body.slice(-WINDOW)];
  const reversed = [...body].reverse().join("").slice(0, WINDOW);
  // The start of a text is only known up to its first bytes when something precedes it in base64, hence three.
  const base64 = [0, 1, 2].map((offset) => {
    const cut = value.slice((3 - offset) % 3);
    return Buffer.from(cut.slice(0, cut.length - (cut.length % 3)))
      .toString("base64")
      .slice(0, 24);
  });
  return [...new Set([...windows, reversed, ...base64])].filter((form) => form.length >= WINDOW);
}
