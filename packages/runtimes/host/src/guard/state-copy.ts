import type { Json } from "@dativo/protocol";
import { describeValue } from "./describe-value.js";

/** Why a value is not JSON, at which path. */
export class NotJson extends Error {
  constructor(
    readonly path: string,
    readonly got: string,
  ) {
    super(`${path}: ${got}`);
  }
}

/**
 * Copies a checkpoint's state, so that the plugin may go on changing its own.
 *
 * @throws NotJson where a value would not be the same after it was stored and read again
 */
export function copyState(value: unknown, path = "state", above: readonly object[] = []): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "object")
    throw new NotJson(path, typeof value === "number" ? String(value) : describeValue(value));
  if (above.includes(value)) throw new NotJson(path, "a value that contains itself");
  const inside = [...above, value];
  if (Array.isArray(value)) return value.map((item, index) => copyState(item, `${path}[${index}]`, inside));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new NotJson(path, describeValue(value));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.map(([key, member]) => [key, copyState(member, `${path}.${key}`, inside)]),
  );
}
