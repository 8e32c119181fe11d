// Writes the same rows to Parquet with another library: rows-peer.mjs <library> <rows> <output>
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { makeBatches, ROW_SCHEMA } from "../record-rows.mjs";

const peers = createRequire(join(fileURLToPath(new URL("../../peers", import.meta.url)), "package.json"));
const [library, total, output] = process.argv.slice(2);
const batches = makeBatches(Number(total));
const names = ROW_SCHEMA.fields.map((field) => field.name);
const columns = () =>
  Object.fromEntries(names.map((name) => [name, batches.flatMap((batch) => batch.map((row) => row[name]))]));

const WRITE = {
  // Its documented way: columns of values with their types.
  async "hyparquet-writer"() {
    const { parquetWriteBuffer } = await import(pathToFileURL(peers.resolve("hyparquet-writer")).href);
    const types = {
      id: "INT64",
      account_id: "INT64",
      amount: "DOUBLE",
      quantity: "INT32",
      active: "BOOLEAN",
      created_at: "TIMESTAMP",
      name: "STRING",
      city: "STRING",
    };
    const convert = { id: BigInt, account_id: BigInt, created_at: (text) => new Date(text) };
    const values = columns();
    const started = performance.now();
    const columnData = names.map((name) => ({
      name,
      data: convert[name] ? values[name].map((value) => convert[name](value)) : values[name],
      type: types[name],
    }));
    writeFileSync(output, Buffer.from(parquetWriteBuffer({ columnData })));
    return performance.now() - started;
  },
  // Rows → Arrow with typed builders of apache-arrow → IPC → parquet-wasm.
  async "parquet-wasm"() {
    const arrow = peers("apache-arrow");
    const wasm = peers("parquet-wasm");
    const started = performance.now();
    const ipc = arrow.tableToIPC(arrowTable(arrow), "stream");
    const properties = new wasm.WriterPropertiesBuilder().setCompression(wasm.Compression.SNAPPY).build();
    writeFileSync(output, wasm.writeParquet(wasm.Table.fromIPCStream(ipc), properties));
    return performance.now() - started;
  },
  // The same with columns packed by hand, as nobody's documentation shows it: the most this library can give.
  async "parquet-wasm, columns packed by hand"() {
    const wasm = peers("parquet-wasm");
    const started = performance.now();
    const ipc = await packedIpc();
    const properties = new wasm.WriterPropertiesBuilder().setCompression(wasm.Compression.SNAPPY).build();
    writeFileSync(output, wasm.writeParquet(wasm.Table.fromIPCStream(ipc), properties));
    return performance.now() - started;
  },
  // Its documented way: records. Timestamps stay text, which is less work than the others do.
  async "nodejs-polars"() {
    const polars = peers("nodejs-polars");
    const rows = batches.flat();
    const started = performance.now();
    polars.readRecords(rows).writeParquet(output, { compression: "snappy" });
    return performance.now() - started;
  },
  async "nodejs-polars, columns packed by hand"() {
    const polars = peers("nodejs-polars");
    const started = performance.now();
    polars.readIPCStream(Buffer.from(await packedIpc())).writeParquet(output, { compression: "snappy" });
    return performance.now() - started;
  },
};

function arrowTable(arrow) {
  const type = {
    id: new arrow.Int64(),
    account_id: new arrow.Int64(),
    amount: new arrow.Float64(),
    quantity: new arrow.Int32(),
    active: new arrow.Bool(),
    created_at: new arrow.TimestampMillisecond("UTC"),
    name: new arrow.Utf8(),
    city: new arrow.Utf8(),
  };
  const convert = { id: BigInt, account_id: BigInt, created_at: (text) => Date.parse(text) };
  const schema = new arrow.Schema(names.map((name) => new arrow.Field(name, type[name], false)));
  return new arrow.Table(
    schema,
    batches.map((batch) => {
      const children = names.map((name) => {
        const builder = arrow.makeBuilder({ type: type[name], nullValues: [null] });
        for (const row of batch) builder.append(convert[name] ? convert[name](row[name]) : row[name]);
        return builder.finish().flush();
      });
      return new arrow.RecordBatch(
        schema,
        arrow.makeData({ type: new arrow.Struct(schema.fields), length: batch.length, children }),
      );
    }),
  );
}

/** All rows as one IPC stream, packed by this project's packer. */
async function packedIpc() {
  const arrow = peers("apache-arrow");
  const { compilePacker } = await import("@dativo/columnar");
  const packer = compilePacker(ROW_SCHEMA);
  const types = {
    integer: new arrow.Int64(),
    number: new arrow.Float64(),
    boolean: new arrow.Bool(),
    timestamp: new arrow.TimestampMicrosecond("UTC"),
    string: new arrow.Utf8(),
  };
  const schema = new arrow.Schema(
    ROW_SCHEMA.fields.map((field) => new arrow.Field(field.name, types[field.type.kind], false)),
  );
  const recordBatches = batches.map((rows) => {
    const { batch } = packer.pack(rows);
    const children = batch.columns.map((column, index) =>
      arrow.makeData({
        type: schema.fields[index].type,
        length: column.length,
        nullCount: 0,
        data: column.values,
        ...(column.offsets ? { valueOffsets: column.offsets } : {}),
      }),
    );
    return new arrow.RecordBatch(
      schema,
      arrow.makeData({ type: new arrow.Struct(schema.fields), length: rows.length, nullCount: 0, children }),
    );
  });
  return arrow.tableToIPC(new arrow.Table(schema, recordBatches), "stream");
}

const times = [];
for (let i = 0; i < 3; i += 1) times.push(await WRITE[library]());
console.log(JSON.stringify({ seconds: times.sort((a, b) => a - b)[1] / 1000 }));
