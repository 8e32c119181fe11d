import { packJsonColumns } from "@dativo/columnar";
import {
  DativoError,
  type JsonBatch,
  type JsonColumn,
  parseLosslessJson,
  type Row,
  scanJsonRecords,
  scanUniformRecords,
  type TableSchema,
} from "@dativo/protocol";
import { conform } from "./conforming-columns.js";
import type { ObjectSchema } from "./object-schema.js";
import { once } from "./once.js";
import type { BatchOrigin, Ready } from "./prepared.js";

/** The rows of a JSON text. */
export function parseRows(text: Uint8Array, object: string): readonly Row[] {
  let value: unknown;
  try {
    value = parseLosslessJson(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch (cause) {
    throw new DativoError({
      code: "ABI_VIOLATION",
      message: `A batch of ${object} is not UTF-8 JSON: ${(cause as Error).message}`,
      cause,
    });
  }
  if (Array.isArray(value)) return value as Row[];
  throw new DativoError({
    code: "ABI_VIOLATION",
    message: `A batch of ${object} should be a JSON array of records, and is ${value === null ? "null" : typeof value}.`,
  });
}

/** Records of an object that nobody described which are looked at to learn its columns. */
const SAMPLE_RECORDS = 1000;

/**
 * Texts on their way to a writer of JSON text. They pass unparsed where nobody described the records, for then there
 * is nothing to check them against, and only the first are read, to learn the columns; and where each value is of the
 * kind that its field asks for, so that a record that was parsed, checked and written again would be the same.
 */
export class PassingText {
  private sampled = 0;

  constructor(
    private readonly schema: ObjectSchema,
    private readonly object: string,
  ) {}

  /** The batch as it is, or undefined when it has to be parsed. */
  pass(data: JsonBatch, origin: BatchOrigin): Ready | undefined {
    const { schema, object } = this;
    const records = schema.declared ? conforming(data, schema.orEmpty)?.count : countRecords(data);
    if (records === undefined) return undefined;
    if (!schema.declared && this.sampled < SAMPLE_RECORDS) {
      this.sampled += records;
      schema.widen(parseRows(data.text, object));
    }
    const rows = once(() => parseRows(data.text, object));
    return {
      kind: "ready",
      origin,
      data,
      schema: schema.orEmpty,
      records,
      count: async () => records,
      bytes: data.text.byteLength,
      droppedFields: {},
      coercions: {},
      source: (index) => ({ index, record: rows()[index] }),
    };
  }
}

/** The columns of a text whose records conform to the schema as they are, or undefined when it has to be parsed. */
export function packText(
  data: JsonBatch,
  schema: ObjectSchema,
  origin: BatchOrigin,
  object: string,
): Ready | undefined {
  const { current } = schema;
  if (current === undefined) return undefined;
  const found = conforming(data, current);
  if (found === undefined) return undefined;
  const batch = packJsonColumns(data.text, found.count, found.columns, current);
  if (batch === undefined) return undefined;
  const rows = once(() => parseRows(data.text, object));
  return {
    kind: "ready",
    origin,
    data: batch,
    schema: current,
    records: found.count,
    count: async () => found.count,
    bytes: batch.byteSize,
    droppedFields: {},
    coercions: {},
    source: (index) => ({ index, record: rows()[index] }),
  };
}

/** Number of records, or undefined when something is among them that is none, or the text is not JSON at all. */
function countRecords({ text, recordCount }: JsonBatch): number | undefined {
  if (recordCount !== undefined) return recordCount;
  const found = scanJsonRecords(text);
  return found.kind === "records" ? found.count : undefined;
}

/** What is known of records that all conform to a schema as they are. */
function conforming(
  { text, recordCount, columns }: JsonBatch,
  schema: TableSchema,
): { readonly count: number; readonly columns: readonly JsonColumn[] } | undefined {
  const found =
    recordCount !== undefined && columns !== undefined
      ? { count: recordCount, columns }
      : scanUniformRecords(text);
  return found !== undefined && conform(found.columns, schema) ? found : undefined;
}
