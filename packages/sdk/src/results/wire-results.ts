import type * as Wire from "@dativo/protocol";
import { DativoError } from "@dativo/protocol";
import type { FileMetadata } from "./author-results.js";

/** Members that have another name on the wire. */
const WIRE_NAMES: Readonly<Record<string, string>> = {
  errorCode: "error_code",
  sizeBytes: "size_bytes",
  recordCount: "record_count",
  filesAdded: "files_added",
  totalRecords: "total_records",
};

/** The error of a plugin's operation that returned something else than it should. */
export function wrongShape(call: string, expected: string, got: unknown): DativoError {
  return new DativoError({
    code: "PLUGIN_WRONG_SHAPE",
    message: `${call} should give ${expected}, and gave ${describeShape(got)}.`,
    details: { call },
  });
}

/** Says what a value is, without showing what it holds. */
export function describeShape(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value))
    return value.length === 0 ? "an empty list" : `a list of ${describeShape(value[0])}`;
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = value.constructor?.name;
  if (name !== undefined && name !== "Object") return `a ${name}`;
  const keys = Object.keys(value);
  return keys.length === 0
    ? "an empty object"
    : `an object with ${keys.slice(0, 5).join(", ")}${keys.length > 5 ? ", …" : ""}`;
}

/** A result with wire names; both spellings are taken, and members that are undefined are left out. */
function renamed(value: object): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined || member === null) continue;
    const name = WIRE_NAMES[key];
    if (name !== undefined) result[name] = member;
    else if (!(key in result)) result[key] = member;
  }
  return result;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws DativoError `PLUGIN_WRONG_SHAPE` */
export function toWireCheck(call: string, result: unknown): Wire.ConnectionTestResult {
  if (!isObject(result) || !("success" in result) || typeof result.success !== "boolean")
    throw wrongShape(call, "{ success, message }", result);
  return {
    message: result.success ? "Connection successful" : "Connection failed",
    ...renamed(result),
  } as Wire.ConnectionTestResult;
}

/** @throws DativoError `PLUGIN_WRONG_SHAPE` */
export function toWireDiscovery(call: string, result: unknown): Wire.DiscoveryResult {
  const { objects, metadata } = (isObject(result) ? result : {}) as { objects?: unknown; metadata?: unknown };
  if (!Array.isArray(objects) || !objects.every((object) => isObject(object) && "name" in object))
    throw wrongShape(call, "{ objects: [{ name, type }] }", result);
  return {
    objects: objects.map((object) => ({ type: "object", ...renamed(object) })) as Wire.DiscoveredObject[],
    metadata: isObject(metadata) ? (metadata as Record<string, unknown>) : {},
  };
}

/** @throws DativoError `PLUGIN_WRONG_SHAPE` */
export function toWireFiles(call: string, files: unknown): Wire.FileMetadata[] {
  if (
    !Array.isArray(files) ||
    !files.every((file) => isObject(file) && "path" in file && typeof file.path === "string")
  )
    throw wrongShape(call, "a list of files, each with a path", files);
  return files.map((file) => renamed(file) as Wire.FileMetadata);
}

/** @throws DativoError `PLUGIN_WRONG_SHAPE` */
export function toWireCommit(
  call: string,
  result: unknown,
  files: readonly Wire.FileMetadata[],
): Wire.CommitResult {
  if (result !== undefined && result !== null && !isObject(result))
    throw wrongShape(call, "{ status, filesAdded }", result);
  const counted = files.every((file) => file.record_count !== undefined);
  return {
    status: "success",
    files_added: files.length,
    ...(counted ? { total_records: files.reduce((sum, file) => sum + (file.record_count ?? 0), 0) } : {}),
    ...renamed(result ?? {}),
  } as Wire.CommitResult;
}

/** Files as an author sees them: what the author returned, under the names of this package. */
export function toAuthorFiles(files: readonly Wire.FileMetadata[]): FileMetadata[] {
  return files.map(({ size_bytes, record_count, ...rest }) => ({
    ...rest,
    ...(size_bytes === undefined ? {} : { sizeBytes: size_bytes }),
    ...(record_count === undefined ? {} : { recordCount: record_count }),
  }));
}
