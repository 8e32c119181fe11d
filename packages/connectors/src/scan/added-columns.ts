import { columnType, quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import type { Field, TableSchema } from "@dativo/sdk";
import type { FileEntry } from "../files-reader/file-entry.js";
import type { FoundFile } from "../files-reader/list-files.js";
import type { SourceFile } from "./file-scanner.js";

/** Columns that come from a file's path: folders named `column=value`, and the name itself. */
export function addedColumns({ file, entry }: SourceFile): Map<string, string | null> {
  const added = new Map<string, string | null>();
  if (entry.hive_partitioning) for (const [column, value] of hiveValues(file.name)) added.set(column, value);
  if (entry.filename_column !== undefined) added.set(entry.filename_column, file.name);
  return added;
}

/** Value that stands for null in the name of a partition folder. */
export const NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__";

function hiveValues(name: string): [string, string | null][] {
  const pairs: [string, string | null][] = [];
  for (const folder of name.split("/").slice(0, -1)) {
    const at = folder.indexOf("=");
    if (at < 1) continue;
    const value = decoded(folder.slice(at + 1));
    pairs.push([decoded(folder.slice(0, at)), value === NULL_PARTITION ? null : value]);
  }
  return pairs;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The schema of a file together with the columns that come from its path. */
export function withAddedFields(schema: TableSchema, source: SourceFile): TableSchema {
  const known = new Set(schema.fields.map((field) => field.name));
  const more = [...addedColumns(source).keys()].filter((name) => !known.has(name));
  return { fields: [...schema.fields, ...more.map((name): Field => ({ name, type: { kind: "string" } }))] };
}

/**
 * A query that yields the fields of a schema from a file.
 *
 * @param value the expression for a field of the file, or undefined for a field that it does not have
 */
export function selectWithAdded(
  source: { readonly file: FoundFile; readonly entry: FileEntry },
  schema: TableSchema,
  from: string,
  value: (field: Field) => string | undefined,
): string {
  const added = addedColumns(source);
  const columns = schema.fields.map((field) => {
    const literal = added.get(field.name);
    const own = value(field);
    const expression = own ?? (typeof literal === "string" ? quoteLiteral(literal) : "NULL");
    return `${own === undefined ? `CAST(${expression} AS ${columnType(field.type)})` : expression} AS ${quoteIdentifier(field.name)}`;
  });
  return `SELECT ${columns.join(", ")} ${from}`;
}
