import type { PartitionParam } from "@dativo/protocol";

/** A part of an object that is read beside its other parts. */
export interface Partition {
  /** Name of the part, unique in its object; its position is kept under it, so it must mean the same in later runs. */
  readonly id: string;
  /** What `read` needs to find the part again; kept in the run's folder, so no secret belongs here. @default {} */
  readonly params?: Readonly<Record<string, PartitionParam>> | undefined;
}

/** A partition as `read` is given it. */
export type ReadPartition = Required<{ readonly [Key in keyof Partition]: NonNullable<Partition[Key]> }>;

/** What `partitions` is given beside what `discover` is. */
export interface PartitionTools {
  /** Name of the object that is to be divided. */
  readonly object: string;
  /** Partitions that are wished for, where there is a choice. */
  readonly count: number;
  /**
   * Divides the values of a column into ranges, `params.from` included and `params.to` excluded; the first range has
   * no `from` and the last no `to`, so that together they hold every value, also those that come later. Ranges of an
   * earlier run are kept as they are, since positions belong to them.
   *
   * @param bounds least and greatest value: integers, or ISO 8601 times; null when the object is empty
   * @throws DativoError `PLUGIN_WRONG_SHAPE` when they are neither
   * @example
   * partitions: async ({ client, byRange }) => byRange(await client.json("/orders/bounds")),
   */
  byRange(bounds: RangeBounds | null): readonly Partition[];
}

/** The least and the greatest value of a column: integers, or ISO 8601 times. */
export type RangeBounds =
  | { readonly min: number; readonly max: number }
  | { readonly min: bigint; readonly max: bigint }
  | { readonly min: string; readonly max: string };
