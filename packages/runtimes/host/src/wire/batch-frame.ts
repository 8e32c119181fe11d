import {
  type BatchData,
  type BatchHeader,
  decodeRows,
  encodeRows,
  FRAME,
  type FrameInput,
  parseLosslessJson,
  type RelationBatch,
  scanJsonRecords,
} from "@dativo/protocol";

/** Where a batch belongs. */
export type BatchAddress = Pick<BatchHeader, "id" | "sequence" | "object" | "filtered" | "deduplicated">;

/** Bytes of the widest value that a column is read by. */
const ALIGNMENT = 8;

/** The frame that carries a batch to another process. */
export async function batchFrame(address: BatchAddress, data: BatchData): Promise<FrameInput> {
  const frame = (form: Omit<BatchHeader, keyof BatchAddress>, payload?: Uint8Array): FrameInput => ({
    type: FRAME.batch,
    header: { ...address, ...form },
    ...(payload === undefined ? {} : { payload }),
  });
  switch (data.form) {
    case "rows": {
      const types = data.schema === undefined ? {} : { schema: data.schema };
      return frame({ form: "json", recordCount: data.rows.length, ...types }, encodeRows(data.rows));
    }
    case "json": {
      const known = data.recordCount ?? recordsIn(data.text);
      if (known !== undefined) return frame({ form: "json-text", recordCount: known }, data.text);
      const rows = rowsOf(data.text);
      return frame({ form: "json", recordCount: rows.length }, encodeRows(rows));
    }
    case "arrow":
    case "native": {
      const { toIpc } = await import("@dativo/columnar");
      const columns = data.form === "native" ? data.columns() : data;
      if (data.form === "native") data.release();
      const { schema, recordCount } = columns;
      return frame({ form: "arrow-ipc", schema, recordCount }, toIpc(columns));
    }
    case "relation": {
      const { sql, setup, rejects, schema, recordCount } = (await data.sorted?.()) ?? data;
      const relation = {
        sql,
        ...(setup === undefined ? {} : { setup: [...setup] }),
        ...(rejects === undefined ? {} : { rejects }),
      };
      return frame({
        form: "relation",
        schema,
        relation,
        ...(recordCount === undefined ? {} : { recordCount }),
      });
    }
  }
}

/** The batch that a frame carries. */
export async function batchData(header: BatchHeader, payload: Uint8Array): Promise<BatchData> {
  switch (header.form) {
    case "json": {
      const types = header.schema === undefined ? {} : { schema: header.schema };
      return { form: "rows", rows: decodeRows(payload), ...types };
    }
    case "json-text": {
      const { recordCount } = header;
      return { form: "json", text: payload, ...(recordCount === undefined ? {} : { recordCount }) };
    }
    case "arrow-ipc": {
      const { fromIpc } = await import("@dativo/columnar");
      // Columns are read where they lie, which must then be aligned for the widest of them.
      return fromIpc(payload.byteOffset % ALIGNMENT === 0 ? payload : payload.slice());
    }
    case "relation": {
      const { recordCount, relation, schema } = header;
      const known = recordCount === undefined ? {} : { recordCount };
      return { form: "relation", schema: schema ?? { fields: [] }, ...relation, ...known } as RelationBatch;
    }
  }
}

/** Number of records of a text that travels as it is; undefined for one whose records have to be looked at. */
function recordsIn(text: Uint8Array): number | undefined {
  const found = scanJsonRecords(text);
  return found.kind === "records" ? found.count : undefined;
}

function rowsOf(text: Uint8Array): readonly unknown[] {
  const rows: unknown = parseLosslessJson(new TextDecoder().decode(text));
  return Array.isArray(rows) ? rows : [rows];
}
