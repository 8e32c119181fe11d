import type { BatchForm, Field, SourceConfig } from "@dativo/protocol";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ConfigOf, ConfigParts } from "../config/config-parts.js";
import type { CursorSettings } from "../cursor/cursor-options.js";
import type { PluginServices } from "../host/plugin-services.js";
import type { AnyIterable } from "../lifetime/abortable.js";
import type { Partition, PartitionTools, ReadPartition } from "../partitions/partition.js";
import type { ConnectionTestResult, DiscoveryResult } from "../results/author-results.js";
import type { Yielded } from "./yielded.js";

type MaybePromise<T> = T | Promise<T>;

/** The row that a schema describes: what goes into it, because rows are handed over as the source has them. */
export type RowOf<Schema> =
  Schema extends StandardSchemaV1<infer Input, infer _Output> ? Input : Record<string, unknown>;

/** Names of the columns that a schema describes. */
export type ColumnOf<Schema> = keyof RowOf<Schema> & string;

/** The type of an object's position, `never` when it declares none. */
export type PositionOf<Schema> = Schema extends StandardSchemaV1<infer _Input, infer Output> ? Output : never;

/** The type of `since`: that of the cursor's column. */
export type SinceOf<Schema, Cursor> = unknown extends Cursor
  ? undefined
  : Cursor extends keyof RowOf<Schema>
    ? NonNullable<RowOf<Schema>[Cursor]>
    : undefined;

/** What `open` is given. */
export interface OpenReaderContext<Parts> extends PluginServices {
  readonly config: ConfigOf<Parts>;
  /** The whole `source` of the job, as written. */
  readonly source: SourceConfig;
  /** Aborted when the run is cancelled or the reader closed. */
  readonly signal: AbortSignal;
}

/** What `check`, `discover` and a function of objects are given. */
export interface ReaderContext<Parts, Client> extends OpenReaderContext<Parts> {
  readonly client: Client;
}

/** What `read` and `estimate` are given. */
export interface ReadContext<Parts, Client, Since, Position> extends ReaderContext<Parts, Client> {
  /** Name of the object that is read. */
  readonly object: string;
  /** Cursor value to start from, as the source wrote it; undefined when everything is to be read. */
  readonly since: Since | undefined;
  /** Position to start from; undefined when everything is to be read. */
  readonly position: Position | undefined;
  /** Forms of batch that the consumer takes, best first, for readers that have a choice. @default ["rows"] */
  readonly accepts: readonly BatchForm[];
  /** Records that the consumer will take at most; a reader may stop there. */
  readonly limit: number | undefined;
  /** The part of the object that is read; undefined for objects that declare no `partitions`. */
  readonly partition: ReadPartition | undefined;
}

/** What `partitions` is given. */
export interface PartitionsContext<Parts, Client> extends ReaderContext<Parts, Client>, PartitionTools {}

/** What an object has beside its types. */
export interface ObjectSettings extends Omit<CursorSettings, "cursorKind"> {
  readonly description?: string | undefined;
  /** What kind of object it is: table, file, endpoint … @default "object" */
  readonly type?: string | undefined;
  /** Columns, when they are not described by `schema`. */
  readonly fields?: readonly Field[] | undefined;
  readonly cursorKind?: CursorSettings["cursorKind"];
}

/** What `read` gives: anything that can be iterated over, or a promise of it. */
export type ReadResult<Row, Position> = MaybePromise<AnyIterable<Yielded<Row, Position>>>;

/** Where an object that was defined apart keeps the type of its client; there is nothing at it when the program runs. */
export declare const CLIENT: unique symbol;

/**
 * The objects of a reader, by name.
 *
 * It is an intersection of three mapped types so that each object's schema, cursor and position are inferred on
 * their own; `read` then sees all three.
 */
export type ObjectDefinitions<Parts, Client, Schemas, Cursors, Positions> = {
  readonly [Name in keyof Schemas]: ObjectSettings & {
    readonly [CLIENT]?: Client | undefined;
    /** Schema of a row, such as a zod object. It gives columns and types; it is not run over rows. */
    readonly schema?: Schemas[Name];
    /** Columns that identify a record. */
    readonly key?: readonly NoInfer<ColumnOf<Schemas[Name]>>[];
    /** Column that incremental reading follows; without it (and without `position`) each read is a full one. */
    readonly cursor?: NoInfer<ColumnOf<Schemas[Name]>>;
    /** Yields rows, in pages or one by one. */
    read(
      context: ReadContext<
        Parts,
        Client,
        Name extends keyof Cursors ? SinceOf<Schemas[Name], Cursors[Name]> : undefined,
        Name extends keyof Positions ? PositionOf<Positions[Name]> : never
      >,
    ): ReadResult<RowOf<Schemas[Name]>, Name extends keyof Positions ? PositionOf<Positions[Name]> : never>;
    /** Number of records `read` would yield, or null where the source cannot tell. */
    estimate?(
      context: ReadContext<
        Parts,
        Client,
        Name extends keyof Cursors ? SinceOf<Schemas[Name], Cursors[Name]> : undefined,
        Name extends keyof Positions ? PositionOf<Positions[Name]> : never
      >,
    ): MaybePromise<number | null>;
    /**
     * Divides the object into parts that can be read side by side: together they hold every record, and each record
     * once. `read` is then always called for one of them.
     */
    partitions?(context: PartitionsContext<Parts, Client>): MaybePromise<readonly Partition[]>;
  };
} & { readonly [Name in keyof Cursors]: { readonly cursor?: Cursors[Name] } } & {
  readonly [Name in keyof Positions]: {
    /** Schema of the positions that `read` yields with `position()` or `page()`, for objects without a cursor. */
    readonly position?: Positions[Name];
  };
};

/** An object whose types are not known at compile time. */
export interface DynamicObject<Parts = ConfigParts, Client = unknown> extends ObjectSettings {
  readonly schema?: StandardSchemaV1 | undefined;
  readonly key?: readonly string[] | undefined;
  readonly cursor?: string | undefined;
  readonly position?: StandardSchemaV1 | undefined;
  // The type of `since` and of positions depends on columns that only the source knows.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  read(context: ReadContext<Parts, Client, any, any>): ReadResult<any, any>;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  estimate?(context: ReadContext<Parts, Client, any, any>): MaybePromise<number | null>;
  partitions?(context: PartitionsContext<Parts, Client>): MaybePromise<readonly Partition[]>;
}

/** What `defineReader` is given. */
export interface ReaderDefinition<Parts extends ConfigParts, Client, Schemas, Cursors, Positions> {
  readonly name: string;
  /** The plugin's own version. @default "0.0.0" */
  readonly version?: string;
  readonly description?: string;
  /** Schemas of what the reader takes from the job file. */
  readonly config?: Parts;
  /** Makes the client, at first use. It is closed by `Symbol.asyncDispose`, `Symbol.dispose` or `close()`. */
  readonly open?: (context: OpenReaderContext<Parts>) => MaybePromise<Client>;
  /** Tests the connection; without it the check is `unknown`. What it throws is a failed check. */
  readonly check?: (context: ReaderContext<Parts, NoInfer<Client>>) => MaybePromise<ConnectionTestResult>;
  /** Lists the objects, when that needs more than what `objects` says. */
  readonly discover?: (context: ReaderContext<Parts, NoInfer<Client>>) => MaybePromise<DiscoveryResult>;
  /** The objects by name, or a function that asks the source for them. */
  readonly objects:
    | ObjectDefinitions<Parts, NoInfer<Client>, Schemas, Cursors, Positions>
    | ((
        context: ReaderContext<Parts, NoInfer<Client>>,
      ) => MaybePromise<Readonly<Record<string, DynamicObject<Parts, NoInfer<Client>>>>>);
}
