import {
  type BatchData,
  type ColumnBatch,
  DativoError,
  encodeFrame,
  FRAME,
  parseLosslessJson,
  type Row,
} from "@dativo/protocol";
import { batchFrame, protocolError } from "@dativo/runtime-host";
import type { FramedBatch } from "./function-calls.js";

/** A part of a batch that fits into one request. */
export interface BatchPart {
  readonly batch: FramedBatch;
  readonly records: number;
}

/** A batch that can be cut between two records. */
type Divisible = Extract<BatchData, { readonly form: "rows" | "arrow" }>;

/**
 * Cuts a batch between records until each part takes no more bytes than a request has room for; most batches are one
 * part.
 *
 * @throws DativoError `CLOUD_PAYLOAD_TOO_LARGE` when one record alone is larger
 */
export async function* splitBatch(
  data: BatchData,
  maxBytes: number,
): AsyncGenerator<BatchPart, void, undefined> {
  const whole = await divisible(data);
  const records = countOf(whole);
  if (records === 0) {
    yield { batch: (await framed(whole)).batch, records };
    return;
  }
  const waiting: { from: number; to: number }[] = [{ from: 0, to: records }];
  for (let range = waiting.pop(); range !== undefined; range = waiting.pop()) {
    const { from, to } = range;
    const part = from === 0 && to === records ? whole : await sliced(whole, from, to);
    const { batch, bytes } = await framed(part);
    if (bytes <= maxBytes) yield { batch, records: to - from };
    else if (to - from === 1) throw tooLarge(bytes, maxBytes);
    else {
      // As many parts as the size asks for, so that a batch which is far too large is not measured over and over.
      const parts = Math.min(to - from, Math.max(2, Math.ceil(bytes / maxBytes)));
      const step = Math.ceil((to - from) / parts);
      for (let at = from + (parts - 1) * step; at >= from; at -= step)
        if (at < to) waiting.push({ from: at, to: Math.min(at + step, to) });
    }
  }
}

async function divisible(data: BatchData): Promise<Divisible> {
  switch (data.form) {
    case "rows":
    case "arrow":
      return data;
    case "json":
      return { form: "rows", rows: parseLosslessJson(new TextDecoder().decode(data.text)) as Row[] };
    case "native": {
      const columns = data.columns();
      data.release();
      return columns;
    }
    case "relation":
      throw new DativoError({
        code: "ABI_VIOLATION",
        message: "A query over local files cannot be written by a function.",
      });
  }
}

function countOf(data: Divisible): number {
  return data.form === "rows" ? data.rows.length : data.recordCount;
}

async function sliced(data: Divisible, from: number, to: number): Promise<Divisible> {
  if (data.form === "rows") return { ...data, rows: data.rows.slice(from, to) };
  const { sliceBatch } = await import("@dativo/columnar");
  return sliceBatch(data as ColumnBatch, from, to - from);
}

/** A batch as a frame carries it, and how many bytes that takes. */
export async function framed(
  data: BatchData,
): Promise<{ readonly batch: FramedBatch; readonly bytes: number }> {
  const frame = await batchFrame({ id: 0, sequence: 0, object: "" }, data);
  if (frame.type !== FRAME.batch) throw protocolError("A batch became no frame of a batch.");
  const { header, payload } = frame;
  const bytes = encodeFrame({ type: FRAME.batch, header }).length + (payload?.length ?? 0);
  return { batch: { header, ...(payload === undefined ? {} : { payload }) }, bytes };
}

function tooLarge(bytes: number, maxBytes: number): DativoError {
  return new DativoError({
    code: "CLOUD_PAYLOAD_TOO_LARGE",
    message: `One record takes ${bytes} bytes, and a request to the function has room for ${maxBytes}.`,
    details: { bytes, max_bytes: maxBytes },
  });
}
