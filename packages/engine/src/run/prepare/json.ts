import { DativoError, type JsonBatch, parseLosslessJson, type Row, scanJsonRecords } from "@dativo/protocol";
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
 * is nothing to check them against; only the first are read, to learn the columns.
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
    if (schema.declared) return undefined;
    const records = data.recordCount ?? countRecords(data.text);
    if (records === undefined) return undefined;
    if (this.sampled < SAMPLE_RECORDS) {
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

/** Number of records, or undefined when something is among them that is none, or the text is not JSON at all. */
function countRecords(text: Uint8Array): number | undefined {
  const found = scanJsonRecords(text);
  return found.kind === "records" ? found.count : undefined;
}
