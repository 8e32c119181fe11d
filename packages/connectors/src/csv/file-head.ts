import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { Connection } from "@dativo/columnar";
import type { FileCompression } from "../files/file-format.js";
import { pathSql } from "../scan/path-sql.js";

/** Bytes looked at for the header. */
const HEAD_BYTES = 256 * 1024;
/** Lines looked at for the header of a file that only DuckDB can decompress. */
const HEAD_LINES = 100;

/** The text that a file begins with. */
export async function fileHead(
  connection: Connection,
  path: string,
  compression: FileCompression,
  encoding: string,
): Promise<string> {
  if (compression === "zstd") return zstdHead(connection, path);
  const file = createReadStream(path, compression === "none" ? { end: HEAD_BYTES - 1 } : {});
  const source = compression === "gzip" ? file.pipe(createGunzip()) : file;
  file.on("error", (error) => source.destroy(error));
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of source) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).byteLength;
      if (bytes >= HEAD_BYTES) break;
    }
  } finally {
    file.destroy();
    source.destroy();
  }
  const decoder = new TextDecoder(encoding === "latin-1" ? "latin1" : encoding);
  return decoder.decode(Buffer.concat(chunks).subarray(0, HEAD_BYTES));
}

/** Node of this version has no zstd. */
async function zstdHead(connection: Connection, path: string): Promise<string> {
  const options = `auto_detect = false, header = false, delim = '', quote = '', escape = '', nullstr = chr(1), parallel = false, columns = { line: 'VARCHAR' }, compression = 'zstd', hive_partitioning = false`;
  const { rows } = await connection.query(
    `SELECT line FROM read_csv(${pathSql(path)}, ${options}) LIMIT ${HEAD_LINES}`,
  );
  return rows.map(({ line }) => `${String(line ?? "")}\n`).join("");
}
