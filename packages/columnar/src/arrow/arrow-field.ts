/** A field as Arrow describes it, whatever it came from: a C structure or an IPC schema. */
export interface ArrowField {
  readonly name: string;
  /** Format string of the C Data Interface; of the indices, when there is a dictionary. */
  readonly format: string;
  readonly nullable: boolean;
  readonly metadata: ReadonlyMap<string, string>;
  readonly children: readonly ArrowField[];
  readonly dictionary?: ArrowField | undefined;
}

/** The buffers of an array, in memory that JavaScript owns. */
export interface ArrowData {
  readonly length: number;
  /** Values to skip at the start of every buffer. */
  readonly offset: number;
  /** Validity bits, absent when nothing is null. */
  readonly validity?: Uint8Array | undefined;
  /** The other buffers, in the order of the columnar format; a missing one is empty. */
  readonly buffers: readonly (Uint8Array | undefined)[];
  readonly children: readonly ArrowData[];
  /** The dictionary, in pieces when it grew from batch to batch. */
  readonly dictionary?: readonly ArrowData[] | undefined;
}

/** Key under which Arrow fields name an extension type. */
export const EXTENSION_NAME = "ARROW:extension:name";

/** Key under which Arrow fields keep what an extension type adds. */
export const EXTENSION_METADATA = "ARROW:extension:metadata";

/** Extension type of JSON text, known to DuckDB, pyarrow and others. */
export const JSON_EXTENSION = "arrow.json";
