import { DativoError } from "../error.js";
import { encodeFrame, FRAME, type FrameInput, frameName } from "../frame.js";
import { encodeRows } from "../row-json.js";
import { type Artifact, ndjson } from "./artifact.js";

/** One frame of each type, in the order in which a short read would have them. */
const FRAMES: readonly FrameInput[] = [
  { type: FRAME.hello, header: { protocol: 1, api: 1, name: "dativo" } },
  { type: FRAME.hello, header: { protocol: 1, api: 1, name: "orders", sdk: "@dativo/sdk 0.1.0" } },
  { type: FRAME.call, header: { id: 1, operation: "check", params: {} } },
  {
    type: FRAME.log,
    header: { level: "info", message: "Zürich — 日本 🎉", source: "orders", fields: { page: 1 } },
  },
  { type: FRAME.result, header: { id: 1, value: { success: true, message: "Connected." } } },
  {
    type: FRAME.call,
    header: { id: 2, operation: "extract", params: { objects: ["orders"], state: { orders: null } } },
  },
  { type: FRAME.credit, header: { id: 2, batches: 2 } },
  {
    type: FRAME.object,
    header: {
      id: 2,
      event: "begin",
      object: {
        name: "orders",
        incremental: true,
        cursor: "id",
        schema: { fields: [{ name: "id", type: { kind: "integer" }, required: true }], key: ["id"] },
      },
    },
  },
  {
    type: FRAME.batch,
    header: { id: 2, sequence: 0, object: "orders", form: "json", recordCount: 2, filtered: 1 },
    payload: encodeRows([{ id: 1 }, { id: 9007199254740993n }]),
  },
  { type: FRAME.checkpoint, header: { id: 2, object: "orders", state: { cursor: "2024-01-01T00:00:00Z" } } },
  {
    type: FRAME.batch,
    header: {
      id: 2,
      sequence: 1,
      object: "orders",
      form: "relation",
      schema: { fields: [{ name: "id", type: { kind: "integer" } }] },
      relation: { sql: "SELECT 3 AS id", setup: ["LOAD parquet"] },
    },
  },
  { type: FRAME.object, header: { id: 2, event: "end", object: "orders" } },
  { type: FRAME.end, header: { id: 2, reason: "done", records: 3, sequence: 2 } },
  { type: FRAME.cancel, header: { id: 3 } },
  {
    type: FRAME.error,
    header: { id: 3, error: new DativoError({ code: "INTERRUPTED", message: "Cancelled." }).toJSON() },
  },
  {
    type: FRAME.error,
    header: {
      error: new DativoError({ code: "PLUGIN_LOAD_FAILED", message: "No.", details: { line: 3 } }).toJSON(),
    },
  },
];

/** Streams that must be refused, and the code of the refusal. */
const BROKEN: readonly { readonly name: string; readonly bytes: Uint8Array; readonly code: string }[] = [
  { name: "ends inside the length", bytes: bytes(5, 0), code: "UNEXPECTED_END" },
  {
    name: "ends inside the frame",
    bytes: encodeFrame({ type: FRAME.cancel, header: { id: 1 } }).subarray(0, -1),
    code: "UNEXPECTED_END",
  },
  { name: "too short to be a frame", bytes: bytes(4, 0, 0, 0, 20, 0, 0, 0), code: "ABI_VIOLATION" },
  { name: "larger than 256 MiB", bytes: bytes(1, 0, 0, 16, 1), code: "ABI_VIOLATION" },
  {
    name: "text instead of frames",
    bytes: new TextEncoder().encode("Segmentation fault\n"),
    code: "ABI_VIOLATION",
  },
  { name: "unknown type", bytes: raw(9, "{}"), code: "ABI_VIOLATION" },
  {
    name: "header longer than the frame",
    bytes: bytes(7, 0, 0, 0, 20, 3, 0, 0, 0, 123, 125),
    code: "ABI_VIOLATION",
  },
  { name: "header is not JSON", bytes: raw(FRAME.cancel, "{id:1}"), code: "ABI_VIOLATION" },
  {
    name: "header is not UTF-8",
    bytes: raw(FRAME.cancel, new Uint8Array([0x22, 0xff, 0x22])),
    code: "ABI_VIOLATION",
  },
  { name: "header of the wrong shape", bytes: raw(FRAME.cancel, '{"id":"1"}'), code: "ABI_VIOLATION" },
  {
    name: "payload where none may be",
    bytes: raw(FRAME.cancel, '{"id":1}', bytes(1)),
    code: "ABI_VIOLATION",
  },
];

/** The frames as bytes, the same as JSON, and streams that must be refused. */
export function frameArtifacts(): Artifact[] {
  const decoded = FRAMES.map((frame) => ({
    name: frameName(frame.type),
    type: frame.type,
    header: frame.header,
    payload_base64: base64(frame.payload ?? new Uint8Array(0)),
  }));
  return [
    { path: "fixtures/frames.bin", content: Buffer.concat(FRAMES.map((frame) => encodeFrame(frame))) },
    ndjson("fixtures/frames.ndjson", decoded),
    ndjson(
      "fixtures/frames-refused.ndjson",
      BROKEN.map(({ name, bytes, code }) => ({ name, bytes_base64: base64(bytes), error_code: code })),
    ),
  ];
}

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

/** A frame that `encodeFrame` would not make. */
function raw(type: number, header: string | Uint8Array, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const prefix = Buffer.alloc(9);
  prefix.writeUInt32LE(5 + text.length + payload.length, 0);
  prefix.writeUInt8(type, 4);
  prefix.writeUInt32LE(text.length, 5);
  return Buffer.concat([prefix, text, payload]);
}

function base64(content: Uint8Array): string {
  return Buffer.from(content).toString("base64");
}
