import type { Connection } from "@dativo/columnar";
import type { TableSchema } from "@dativo/sdk";
import type { FileEntry } from "../files-reader/file-entry.js";
import type { FoundFile } from "../files-reader/list-files.js";
import type { ScanPart } from "./scan-part.js";
import type { ScanTables } from "./set-aside.js";

/** A file together with how it is to be read. */
export interface SourceFile {
  readonly file: FoundFile;
  readonly entry: FileEntry;
}

/** What surrounds the scan of a file. */
export interface ScanContext {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  /** Told of tables that are to be dropped when the reader is closed. */
  readonly onTables: (tables: ScanTables) => void;
}

/** How files of one format are read. */
export interface FileScanner {
  /**
   * The columns of a file, or undefined when it holds nothing at all.
   *
   * @throws DativoError `SOURCE_UNREADABLE`
   */
  schema(source: SourceFile, context: ScanContext): Promise<TableSchema | undefined>;
  /**
   * The records of a file as the columns of `schema`, from a number of records on.
   *
   * @throws DativoError `SOURCE_UNREADABLE`
   */
  scan(source: SourceFile, schema: TableSchema, skip: number, context: ScanContext): AsyncIterable<ScanPart>;
  /** Number of records, where it is known without reading them all; null otherwise. */
  count(source: SourceFile, context: ScanContext): Promise<number | null>;
}
