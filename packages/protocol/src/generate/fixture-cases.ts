import type { DativoErrorInit } from "../error.js";

/** Errors, as they are made. */
export const ERRORS: readonly DativoErrorInit[] = [
  { code: "OBJECT_NOT_FOUND", message: 'There is no object "users".' },
  { code: "RATE_LIMIT_EXCEEDED", message: "The source asked for a pause.", retryAfterSeconds: 30 },
  {
    code: "CONNECTION_FAILED",
    message: "No answer from db:5432.",
    retryable: false,
    hint: "Start the database.",
  },
  {
    code: "MY_OWN_CODE",
    message: 'Zürich — 日本 — "quoted"',
    details: { object: "orders", page: 3, nested: { list: [1, null, true] } },
  },
];

/** Texts of field types, good and bad. */
export const FIELD_TYPE_TEXTS: readonly string[] = [
  "string",
  "integer",
  "number",
  "boolean",
  "date",
  "timestamp",
  "timestamp_tz",
  "timestamp with time zone",
  "binary",
  "json",
  "decimal(10,2)",
  "Decimal( 38 , 0 )",
  "numeric(5)",
  "decimal",
  "INT",
  "bigint",
  "float",
  "datetime",
  "object",
  "array",
  "list<string>",
  "list<list<decimal(4,1)>>",
  "struct<>",
  "struct<a: integer!, b: list<struct<c: date>>>",
  'struct<"a b": string, "": integer, "quote\\"d>": json!, "__proto__": number>',
  "",
  "strin",
  "decimal(39,1)",
  "decimal(2,3)",
  "decimal(2",
  "list<string",
  "list",
  "struct<a>",
  'struct<"a: integer>',
  "string string",
];

/** Plugins as job files name them, good and bad. */
export const PLUGIN_REFERENCES: readonly string[] = [
  "plugins/usgs.ts:default",
  "./reader.py:MyReader",
  "C:\\plugins\\reader.ts:Reader",
  "C:/plugins/reader.ts:Reader",
  "@scope/package:Reader",
  "file:///srv/plugins/reader.js:Reader",
  "libreader.so:create_reader",
  " spaced/reader.ts : Reader ",
  "plugins/reader.ts",
  "plugins/reader.ts:",
  ":Reader",
  "C:\\plugins\\reader.ts",
  "",
];

/** Values with the name of their schema, and whether it accepts them. */
export const RESULTS: readonly {
  readonly schema: string;
  readonly valid: boolean;
  readonly value: unknown;
}[] = [
  { schema: "connection-test-result", valid: true, value: { success: true, message: "Connected." } },
  {
    schema: "connection-test-result",
    valid: true,
    value: { success: false, message: "No.", error_code: "AUTH_FAILED", details: { status: 401 } },
  },
  { schema: "connection-test-result", valid: false, value: { message: "Connected." } },
  { schema: "connection-test-result", valid: false, value: { success: "yes", message: "Connected." } },
  {
    schema: "discovery-result",
    valid: true,
    value: {
      objects: [
        { name: "users", type: "table", columns: [{ name: "id", type: "integer", required: true }] },
        { name: "orders", type: "endpoint", description: "Orders.", key: ["id"], cursor: "updated_at" },
      ],
      metadata: { total_tables: 2 },
    },
  },
  { schema: "discovery-result", valid: true, value: { objects: [], metadata: {} } },
  {
    schema: "discovery-result",
    valid: false,
    value: { objects: [{ name: "", type: "table" }], metadata: {} },
  },
  { schema: "discovery-result", valid: false, value: { objects: ["users"], metadata: {} } },
  {
    schema: "file-metadata",
    valid: true,
    value: { path: "out/part-0.parquet", size_bytes: 12, record_count: 3 },
  },
  { schema: "file-metadata", valid: true, value: { path: "s3://bucket/key", etag: "kept" } },
  { schema: "file-metadata", valid: false, value: { size_bytes: 12 } },
  { schema: "file-metadata", valid: false, value: { path: "a", record_count: -1 } },
  { schema: "file-metadata", valid: false, value: { path: "a", record_count: 1.5 } },
  { schema: "write-result", valid: true, value: { files: [{ path: "a" }] } },
  {
    schema: "write-result",
    valid: true,
    value: {
      files: [],
      rejected: [{ index: 0, reason: "too long", path: "name", expected: "50 characters", got: "51" }],
    },
  },
  { schema: "write-result", valid: false, value: [{ path: "a" }] },
  { schema: "commit-result", valid: true, value: { status: "success", files_added: 2, total_records: 10 } },
  { schema: "commit-result", valid: true, value: { status: "success", files_added: 0, snapshot: 7 } },
  { schema: "commit-result", valid: false, value: { status: "success" } },
];

/** Records, by what is special about them. */
export const ROWS: readonly { readonly name: string; readonly rows: readonly unknown[] }[] = [
  { name: "nothing", rows: [] },
  {
    name: "plain values",
    rows: [{ text: 'é日本🎉\n"', int: 1, float: 0.1, yes: true, no: null, list: [1, [2]], map: { a: {} } }],
  },
  { name: "bigint", rows: [{ id: 9007199254740993n }, { id: -(2n ** 63n) }] },
  { name: "date", rows: [{ at: new Date("2024-02-29T12:34:56.789Z") }, { at: new Date(Number.NaN) }] },
  { name: "binary", rows: [{ bytes: new Uint8Array([0, 1, 254, 255]) }, { bytes: new Uint8Array(0) }] },
  {
    name: "numbers beyond JSON",
    rows: [{ a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY, d: -0 }],
  },
  { name: "undefined in an array", rows: [{ list: [1, undefined, null] }] },
  { name: "a missing member", rows: [{ here: 1, missing: undefined }] },
  {
    name: "a $dativo key of the record itself",
    rows: [{ $dativo: "bigint", value: "1" }, { a: { $dativo: { $dativo: 1n } } }],
  },
  { name: "a __proto__ key", rows: [JSON.parse('{"__proto__":{"a":1},"constructor":2}')] },
  { name: "a lone surrogate", rows: [{ text: "\ud800 \udfff" }] },
  { name: "unsupported", rows: [{ call: () => 1, map: new Map([[1, 2]]) }] },
  { name: "records that are no objects", rows: [1, "text", null, [1n]] },
];
