import type { BatchData, BatchForm, Field, JsonBatch, Row, TableSchema } from "@dativo/protocol";
import { prepareColumns } from "./columns.js";
import { choosePath, type FormPath } from "./form.js";
import { PassingText, packText, parseRows } from "./json.js";
import { prepareNative } from "./native.js";
import type { ObjectSchema } from "./object-schema.js";
import type { BatchOrigin, Prepared, Ready } from "./prepared.js";
import { prepareRelation } from "./relations.js";
import { rowBytes } from "./row-bytes.js";
import { prepareRows } from "./rows.js";

/** Rows looked at before a schema is inferred. */
const INFER_RECORDS = 1000;
/** Bytes of rows looked at before a schema is inferred. */
const INFER_BYTES = 1024 * 1024;

/** Rows that wait until there are enough to infer a schema from. */
interface HeldRows {
  readonly rows: readonly Row[];
  readonly to: BatchForm;
  readonly origin: BatchOrigin;
  readonly types: TableSchema | undefined;
}

/**
 * Turns what the reader of one object yields into what its writer takes.
 *
 * The first rows of an object that nobody described are held back until there are enough to infer a schema from;
 * `release` lets them go.
 */
export class Preparer {
  /** Paths that batches took, for the report. */
  readonly paths = new Map<BatchForm, FormPath>();
  private held: HeldRows[] = [];
  /** Where the last batch came from. */
  lastOrigin: BatchOrigin;
  private readonly passing: PassingText;
  private heldRecords = 0;
  private heldBytes = 0;

  constructor(
    readonly schema: ObjectSchema,
    private readonly accepts: readonly BatchForm[],
    private readonly object: string,
    /** Records of the object that were read before. */
    private records: number,
    /** Whether the writer runs queries that it is given. */
    private readonly runs: boolean,
  ) {
    this.lastOrigin = { batch: -1, recordsBefore: records };
    this.passing = new PassingText(schema, object);
  }

  /** Prepares one batch. */
  async *prepare(data: BatchData, signal: AbortSignal): AsyncGenerator<Prepared, void> {
    const { to } = this.path(data.form);
    const origin = { batch: this.lastOrigin.batch + 1, recordsBefore: this.records };
    this.lastOrigin = origin;
    const unparsed = data.form === "json" ? this.unparsed(data, to, origin) : undefined;
    if (unparsed !== undefined) {
      yield* this.release();
      this.records += unparsed.records ?? 0;
      if (unparsed.records !== 0) yield unparsed;
      return;
    }
    if (data.form === "rows" || data.form === "json") {
      const rows = data.form === "rows" ? data.rows : parseRows(data.text, this.object);
      this.records += rows.length;
      const types = data.form === "rows" ? data.schema : undefined;
      if (this.mustHold()) yield* this.hold({ rows, to, origin, types });
      else yield* prepareRows(rows, this.schema, to, origin, types);
      return;
    }
    yield* this.release();
    this.records += data.recordCount ?? 0;
    if (data.form === "arrow") yield* prepareColumns(data, this.schema, to, origin);
    else if (data.form === "native") yield* prepareNative(data, this.schema, to, origin);
    else yield* prepareRelation(data, { schema: this.schema, to, runs: this.runs, origin, signal });
  }

  /** Prepares the rows that were held back. */
  *release(): Generator<Prepared, void> {
    const { held } = this;
    if (held.length === 0) return;
    this.held = [];
    this.schema.widen(
      held.flatMap(({ rows }) => rows.filter(isObject)),
      allTypes(held),
    );
    for (const { rows, to, origin, types } of held) yield* prepareRows(rows, this.schema, to, origin, types);
  }

  /** The batch of a text that nobody has to parse; undefined for any other. */
  private unparsed(data: JsonBatch, to: BatchForm, origin: BatchOrigin): Ready | undefined {
    if (to === "json") return this.passing.pass(data, origin);
    return to === "arrow" ? packText(data, this.schema, origin, this.object) : undefined;
  }

  private path(from: BatchForm): FormPath {
    const path = this.paths.get(from) ?? choosePath(from, this.accepts, this.schema.declared);
    this.paths.set(from, path);
    return path;
  }

  private mustHold(): boolean {
    return !this.schema.declared && this.schema.current === undefined;
  }

  private *hold(batch: HeldRows): Generator<Prepared, void> {
    this.held.push(batch);
    this.heldRecords += batch.rows.length;
    this.heldBytes += rowBytes(batch.rows);
    if (this.heldRecords >= INFER_RECORDS || this.heldBytes >= INFER_BYTES) yield* this.release();
  }
}

/** The types that come with held rows; of a column that has several, the first. */
function allTypes(held: readonly HeldRows[]): TableSchema | undefined {
  const fields = new Map<string, Field>();
  for (const { types } of held)
    for (const field of types?.fields ?? []) if (!fields.has(field.name)) fields.set(field.name, field);
  return fields.size === 0 ? undefined : { fields: [...fields.values()] };
}

function isObject(row: unknown): row is Row {
  return typeof row === "object" && row !== null && !Array.isArray(row);
}
