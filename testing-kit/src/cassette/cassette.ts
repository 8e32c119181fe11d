import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DativoError, type Json } from "@dativo/protocol";
import { z } from "zod";

/** Version of the shape below. */
export const CASSETTE_VERSION = 1;

const cassetteSchema = z.object({
  cassette_version: z.literal(CASSETTE_VERSION),
  recorded_at: z.iso.datetime(),
  kit: z.string(),
  plugin: z.object({ name: z.string(), version: z.string(), reference: z.string() }),
  source: z.string().describe("Origin that was recorded."),
  objects: z.array(z.string()),
  states: z
    .record(z.string(), z.json())
    .describe("Positions that the plugin left each object at, for tests of later versions."),
  exchanges: z.array(
    z.object({
      request: z.object({ method: z.string(), path: z.string(), body: z.string() }),
      answer: z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() }),
    }),
  ),
});

/** What passed between a plugin and a live API, without secrets. */
export type Cassette = z.infer<typeof cassetteSchema>;

/** One recorded exchange. */
export type RecordedExchange = Cassette["exchanges"][number];

/** Positions that an earlier version of a plugin left. */
export interface RecordedStates {
  readonly version: string;
  readonly states: Readonly<Record<string, Json>>;
}

/** Where the cassette of a plugin is kept: `cassettes/usgs.ts-default.json` in the project. */
export function cassettePath(projectRoot: string, reference: string): string {
  const name = reference.replace(/^\.?\//, "").replace(/[^\w.-]+/g, "-");
  return join(projectRoot, "cassettes", `${name}.json`);
}

/**
 * Reads a cassette; undefined when there is none.
 *
 * @throws DativoError `CONFIG_INVALID` when it is none of this version of the kit
 */
export function readCassette(path: string): Cassette | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return cassetteSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: `${path} is not a cassette of this version of the kit.`,
      hint: "Record it again: dativo-test record",
      cause,
    });
  }
}

/** Writes a cassette. */
export function writeCassette(path: string, cassette: Cassette): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(cassette, null, 2)}\n`);
}
