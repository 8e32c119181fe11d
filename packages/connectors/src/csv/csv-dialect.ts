import { type Connection, quoteLiteral } from "@dativo/columnar";
import { DativoError } from "@dativo/sdk";
import { compressionOf } from "../files/file-format.js";
import type { FileEntry } from "../files-reader/file-entry.js";
import type { FoundFile } from "../files-reader/list-files.js";
import { pathSql } from "../scan/path-sql.js";
import { fileHead } from "./file-head.js";

/** How a CSV file is written, and its columns in order. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly columns: readonly string[];
  readonly header: boolean;
  readonly quote: string;
  readonly escape: string;
  readonly compression: "none" | "gzip" | "zstd";
  readonly encoding: string;
  readonly nullValues: readonly string[];
  readonly maxLineBytes: number;
}

/** Candidates for the delimiter, the likeliest first. */
const DELIMITERS = [",", ";", "\t", "|"] as const;

/**
 * Reads the first line of a CSV file to learn its delimiter and columns.
 *
 * @returns undefined for an empty file
 * @throws DativoError `SOURCE_UNREADABLE` when the file cannot be read
 */
export async function readCsvDialect(
  connection: Connection,
  file: FoundFile,
  entry: FileEntry,
): Promise<CsvDialect | undefined> {
  const compression = entry.compression ?? compressionOf(file.path);
  const { quote, header, encoding, null_values: nullValues } = entry;
  const escapeSign = entry.escape ?? quote;
  const head = await fileHead(connection, file.path, compression, encoding);
  if (head === "") return undefined;
  const delimiter = entry.delimiter ?? likeliestDelimiter(head.split(/\r?\n|\r/, 1)[0] ?? "", quote);
  const values = firstRecord(head, { delimiter, quote, escape: escapeSign });
  const columns = header ? columnNames(values) : values.map((_, index) => `column${index}`);
  return {
    delimiter,
    columns,
    header,
    quote,
    escape: escapeSign,
    compression,
    encoding,
    nullValues,
    maxLineBytes: entry.max_line_bytes,
  };
}

/** The delimiter that a line has most of outside quotes; a comma when it has none. */
export function likeliestDelimiter(line: string, quote: string): string {
  const bare =
    quote === ""
      ? line
      : line
          .split(quote)
          .filter((_, index) => index % 2 === 0)
          .join("");
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

/** The values of the first record, which goes on over as many lines as its quotes are open. */
export function firstRecord(
  text: string,
  {
    delimiter,
    quote,
    escape: escapeSign,
  }: { readonly delimiter: string; readonly quote: string; readonly escape: string },
): string[] {
  const values: string[] = [];
  let value = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (quoted) {
      if (sign === escapeSign && text[at + 1] === quote) {
        value += quote;
        at += 1;
      } else if (sign === quote) quoted = false;
      else value += sign;
    } else if (quote !== "" && sign === quote && value === "") quoted = true;
    else if (text.startsWith(delimiter, at)) {
      values.push(value);
      value = "";
      at += delimiter.length - 1;
    } else if (sign === "\n" || sign === "\r") break;
    else value += sign;
  }
  return [...values, value];
}

/** Names that differ even without regard to case, as DuckDB wants them; an empty one is named by its place. */
export function columnNames(written: readonly string[]): string[] {
  const taken = new Set<string>();
  return written.map((name, index) => {
    const base = name.trim() === "" ? `column${index}` : name;
    let unique = base;
    for (let copy = 1; taken.has(unique.toLowerCase()); copy += 1) unique = `${base}_${copy}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** A `read_csv` call that yields the columns of a dialect with the SQL types given. */
export function readCsvSql(
  { path }: FoundFile,
  dialect: CsvDialect,
  types: (column: string, index: number) => string,
  more = "",
): string {
  const columns = dialect.columns.map(
    (name, index) => `${quoteLiteral(name)}: ${quoteLiteral(types(name, index))}`,
  );
  const nulls = dialect.nullValues.map(quoteLiteral).join(", ");
  return (
    `read_csv(${pathSql(path)}, auto_detect = false, header = ${dialect.header}, delim = ${quoteLiteral(dialect.delimiter)}, ` +
    `quote = ${quoteLiteral(dialect.quote)}, escape = ${quoteLiteral(dialect.escape)}, nullstr = [${nulls}], allow_quoted_nulls = false, ` +
    `compression = '${dialect.compression}', encoding = '${dialect.encoding}', max_line_size = ${dialect.maxLineBytes}, hive_partitioning = false, columns = {${columns.join(", ")}}${more})`
  );
}

/** The error for a file that turned out to be no CSV. */
export function unreadableCsv({ path }: FoundFile, cause: Error): DativoError {
  return new DativoError({
    code: "SOURCE_UNREADABLE",
    message: `${path} cannot be read as CSV: ${cause.message}`,
    hint: "Check the file, and the delimiter, quote, encoding and compression of its entry in source.files.",
    cause,
  });
}
