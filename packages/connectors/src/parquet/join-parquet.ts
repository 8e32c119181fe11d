import { type FileHandle, open } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { DativoError } from "@dativo/sdk";
import { decodeThrift, encodeThrift, THRIFT, type ThriftList, type ThriftStruct } from "./compact-thrift.js";

/** Fields of the footer's structures, as https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift numbers them. */
const FILE = { schema: 2, rowCount: 3, rowGroups: 4 } as const;
const ROW_GROUP = { columns: 1, fileOffset: 5, ordinal: 7 } as const;
const CHUNK = { fileOffset: 2, metadata: 3, indexes: [4, 5, 6, 7] } as const;
const COLUMN_OFFSETS = [9, 10, 11, 14] as const;

const MAGIC = "PAR1";
/** Bytes of the footer's length and the magic after it. */
const TAIL = 8;
const COPIED_AT_ONCE = 1 << 20;

/**
 * Joins Parquet files of one schema into the first of them, which then has the row groups of all, in order. Nothing is
 * decoded: the bytes of the row groups are appended and the places that the footer names are moved.
 *
 * Page indexes, which hold places too, are left out; they are optional, and DuckDB writes none.
 *
 * After an error the first file is of no use.
 *
 * @throws DativoError `INTERNAL` when the files are no Parquet, or differ in their columns
 */
export async function joinParquet(paths: readonly [string, ...string[]]): Promise<void> {
  const [first, ...others] = paths;
  if (others.length === 0) return;
  const target = await open(first, "r+");
  try {
    const { footer, end: bodyEnd } = await readFooter(target, first);
    let end = bodyEnd;
    for (const path of others) end = await append(target, end, footer, path);
    const encoded = encodeThrift(footer);
    const tail = Buffer.alloc(TAIL);
    tail.writeUInt32LE(encoded.length);
    tail.write(MAGIC, 4);
    await writeAll(target, Buffer.concat([encoded, tail]), end);
    await target.truncate(end + encoded.length + TAIL);
  } finally {
    await target.close();
  }
}

/** Appends the row groups of a file and returns where they end. */
async function append(target: FileHandle, at: number, footer: ThriftStruct, path: string): Promise<number> {
  const source = await open(path, "r");
  try {
    const { footer: added, end } = await readFooter(source, path);
    if (!isDeepStrictEqual(added.get(FILE.schema), footer.get(FILE.schema)))
      throw broken(path, "has other columns than the file that it continues");
    const groups = rowGroups(footer);
    const moved = rowGroups(added).map((group, index) =>
      movedRowGroup(group, BigInt(at - MAGIC.length), groups.length + index),
    );
    await copyBytes(source, MAGIC.length, end, target, at);
    footer.set(FILE.rowGroups, {
      type: THRIFT.list,
      value: { type: THRIFT.struct, items: [...groups, ...moved] },
    });
    footer.set(FILE.rowCount, { type: THRIFT.i64, value: rowCount(footer) + rowCount(added) });
    return at + end - MAGIC.length;
  } finally {
    await source.close();
  }
}

/** The footer of a file, and where it begins. */
async function readFooter(file: FileHandle, path: string): Promise<{ footer: ThriftStruct; end: number }> {
  const { size } = await file.stat();
  if (size < MAGIC.length + TAIL) throw broken(path, "is no Parquet file");
  const tail = await readAll(file, size - TAIL, TAIL);
  const length = tail.readUInt32LE(0);
  const end = size - TAIL - length;
  if (tail.toString("latin1", 4) !== MAGIC || end < MAGIC.length) throw broken(path, "is no Parquet file");
  return { footer: decodeThrift(await readAll(file, end, length)), end };
}

function rowGroups(footer: ThriftStruct): readonly ThriftStruct[] {
  return structsIn(footer, FILE.rowGroups);
}

function structsIn(struct: ThriftStruct, field: number): readonly ThriftStruct[] {
  const list = struct.get(field)?.value as ThriftList | undefined;
  return (list?.items ?? []) as readonly ThriftStruct[];
}

function rowCount(footer: ThriftStruct): bigint {
  return footer.get(FILE.rowCount)?.value as bigint;
}

function movedRowGroup(group: ThriftStruct, by: bigint, ordinal: number): ThriftStruct {
  const moved = new Map(group);
  const items = structsIn(group, ROW_GROUP.columns).map((chunk) => movedChunk(chunk, by));
  moved.set(ROW_GROUP.columns, { type: THRIFT.list, value: { type: THRIFT.struct, items } });
  move(moved, ROW_GROUP.fileOffset, by);
  if (moved.has(ROW_GROUP.ordinal)) {
    // Sixteen bits: the number is optional and left out where it would not fit.
    if (ordinal > 32_767) moved.delete(ROW_GROUP.ordinal);
    else moved.set(ROW_GROUP.ordinal, { type: THRIFT.i16, value: BigInt(ordinal) });
  }
  return moved;
}

function movedChunk(chunk: ThriftStruct, by: bigint): ThriftStruct {
  const moved = new Map(chunk);
  const metadata = new Map(chunk.get(CHUNK.metadata)?.value as ThriftStruct);
  for (const field of COLUMN_OFFSETS) move(metadata, field, by);
  moved.set(CHUNK.metadata, { type: THRIFT.struct, value: metadata });
  move(moved, CHUNK.fileOffset, by);
  for (const field of CHUNK.indexes) moved.delete(field);
  return moved;
}

/** Zero stands for a place that nobody wrote down. */
function move(struct: ThriftStruct, field: number, by: bigint): void {
  const place = struct.get(field)?.value as bigint | undefined;
  if (place) struct.set(field, { type: THRIFT.i64, value: place + by });
}

async function copyBytes(
  source: FileHandle,
  start: number,
  end: number,
  target: FileHandle,
  at: number,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(COPIED_AT_ONCE, end - start));
  for (let from = start; from < end; ) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, end - from), from);
    if (bytesRead === 0) throw new RangeError("the file became shorter while it was read");
    await writeAll(target, buffer.subarray(0, bytesRead), at + from - start);
    from += bytesRead;
  }
}

async function readAll(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, from);
  if (bytesRead < length) throw new RangeError("the file became shorter while it was read");
  return bytes;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

function broken(path: string, problem: string): DativoError {
  return new DativoError({ code: "INTERNAL", message: `${path} ${problem}.` });
}
