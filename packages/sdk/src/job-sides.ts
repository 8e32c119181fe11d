import type { SourceConfig, TargetConfig } from "@dativo/protocol";

/**
 * A `source` with everything that a job may leave out, for trying a reader by hand.
 *
 * @example
 * const reader = new MyReader(createSourceConfig({ connection: { base_url }, objects: ["users"] }));
 */
export function createSourceConfig(source: Partial<SourceConfig>): SourceConfig {
  return {
    type: "custom",
    connection: {},
    credentials: {},
    objects: [],
    files: [],
    tables: [],
    sheets: [],
    incremental: {},
    engine: {},
    rateLimits: {},
    ...source,
  };
}

/**
 * A `target` with everything that a job may leave out, for trying a writer by hand.
 *
 * @example
 * const writer = new MyWriter({ name: "users", version: "1", extra: {} }, createTargetConfig({}), "./out");
 */
export function createTargetConfig(target: Partial<TargetConfig>): TargetConfig {
  return {
    type: "custom",
    connection: {},
    credentials: {},
    engine: {},
    partitioning: [],
    mode: "append",
    extra: {},
    ...target,
  };
}
