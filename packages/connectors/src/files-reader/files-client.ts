import { type Connection, DuckDb } from "@dativo/columnar";
import type { SourceConfig, TableSchema } from "@dativo/sdk";
import { arrowScanner } from "../arrow/arrow-scanner.js";
import { csvScanner } from "../csv/csv-scanner.js";
import type { FileFormat } from "../files/file-format.js";
import { jsonScanner } from "../json/json-scanner.js";
import { parquetScanner } from "../parquet/parquet-scanner.js";
import { withAddedFields } from "../scan/added-columns.js";
import type { FileScanner, ScanContext, SourceFile } from "../scan/file-scanner.js";
import { dropScan, type ScanTables } from "../scan/set-aside.js";
import { mergeSchemas } from "../schema/merge-schemas.js";
import { findObjects, type SourceObjects } from "./source-objects.js";

/** Files of one object that are looked at for its columns; with more, the first and last of them. */
const SCHEMA_FILES = 20;

/** What an open file reader holds. */
export class FilesClient {
  private found: Promise<SourceObjects> | undefined;
  private session: Promise<Connection> | undefined;
  private readonly schemas = new Map<SourceFile, Promise<TableSchema | undefined>>();
  private readonly tables: ScanTables[] = [];
  readonly scanner: FileScanner;

  constructor(
    private readonly format: FileFormat,
    private readonly source: SourceConfig,
    private readonly projectRoot: string,
    private readonly warn: (message: string) => void,
  ) {
    this.scanner = scannerOf(format);
  }

  /** The objects and their files, found once. */
  objects(): Promise<SourceObjects> {
    this.found ??= findObjects(this.format, this.source, this.projectRoot);
    return this.found;
  }

  async context(signal: AbortSignal): Promise<ScanContext> {
    this.session ??= DuckDb.shared().then((database) => database.connect());
    return {
      connection: await this.session,
      signal,
      warn: this.warn,
      onTables: (tables) => void this.tables.push(tables),
    };
  }

  /** The columns of a file, looked up once; undefined when it holds nothing. */
  async fileSchema(file: SourceFile, signal: AbortSignal): Promise<TableSchema | undefined> {
    const known = this.schemas.get(file) ?? this.lookUp(file, signal);
    this.schemas.set(file, known);
    return known;
  }

  /** The columns of all files of an object together. */
  async objectSchema(files: readonly SourceFile[], signal: AbortSignal): Promise<TableSchema> {
    const half = SCHEMA_FILES / 2;
    const looked = files.length <= SCHEMA_FILES ? files : [...files.slice(0, half), ...files.slice(-half)];
    const schemas: TableSchema[] = [];
    for (const file of looked) {
      const schema = await this.fileSchema(file, signal);
      if (schema !== undefined) schemas.push(schema);
    }
    return mergeSchemas(schemas);
  }

  async close(): Promise<void> {
    const connection = await this.session?.catch(() => undefined);
    if (connection === undefined) return;
    for (const tables of this.tables) await dropScan(connection, tables);
    await connection.close();
  }

  private async lookUp(file: SourceFile, signal: AbortSignal): Promise<TableSchema | undefined> {
    const schema = await this.scanner.schema(file, await this.context(signal));
    return schema && this.format !== "arrow" ? withAddedFields(schema, file) : schema;
  }
}

function scannerOf(format: FileFormat): FileScanner {
  switch (format) {
    case "csv":
      return csvScanner();
    case "jsonl":
      return jsonScanner(true);
    case "json":
      return jsonScanner(false);
    case "parquet":
      return parquetScanner;
    case "arrow":
      return arrowScanner;
  }
}
