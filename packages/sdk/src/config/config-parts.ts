import type { StandardSchemaV1 } from "@standard-schema/spec";

/**
 * What a plugin reads from the job file, one schema a part; any Standard Schema will do, zod is the usual one.
 *
 * @example
 * { connection: z.object({ base_url: z.url() }), options: z.object({ page_size: z.int().default(200) }) }
 */
export interface ConfigParts {
  /** `source.connection` or `target.connection`. */
  readonly connection?: StandardSchemaV1;
  /** `source.credentials` or `target.credentials`. */
  readonly credentials?: StandardSchemaV1;
  /** `source.engine.options` or `target.engine.options`. */
  readonly options?: StandardSchemaV1;
}

/** The checked configuration: the output type of each part's schema. */
export type ConfigOf<Parts> = {
  readonly [Part in keyof Parts]: Parts[Part] extends StandardSchemaV1<infer _Input, infer Output>
    ? Output
    : never;
};

/** Names of the parts, in the order they are checked. */
export const CONFIG_PARTS = ["connection", "credentials", "options"] as const;

/** Which side of a job a plugin stands on. */
export type JobSide = "source" | "target";

/** Key path of a part in the job file. */
export function partPath(side: JobSide, part: keyof ConfigParts): string {
  return part === "options" ? `${side}.engine.options` : `${side}.${part}`;
}
