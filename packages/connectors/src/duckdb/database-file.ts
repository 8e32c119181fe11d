import { resolve } from "node:path";
import { DuckDb } from "@dativo/columnar";
import { DativoError, isDativoError } from "@dativo/sdk";
import { z } from "zod";

/** `connection` of DuckDB sources. */
export const duckDbSourceConnectionSchema = z.looseObject({
  path: z.string().min(1).describe("The database file, from the project folder."),
  schema: z.string().min(1).default("main").describe("Schema of the tables."),
});

/** `connection` of DuckDB targets. */
export const duckDbTargetConnectionSchema = z.looseObject({
  path: z
    .string()
    .min(1)
    .describe("The database file, from the project folder; it is made if it does not exist."),
  schema: z
    .string()
    .min(1)
    .default("main")
    .describe("Schema of the tables; it is made if it does not exist."),
});

/** An attached database file. */
export interface AttachedFile {
  readonly path: string;
  /** Name by which SQL refers to it. */
  readonly alias: string;
  detach(): Promise<void>;
}

/**
 * Attaches a database file to the shared DuckDB.
 *
 * @throws DativoError `SOURCE_UNREADABLE` or `TARGET_UNWRITABLE` naming the file; retryable when another process has it open
 */
export async function attachFile(
  projectRoot: string,
  path: string,
  side: "source" | "target",
): Promise<AttachedFile> {
  const absolute = resolve(projectRoot, path);
  const database = await DuckDb.shared();
  try {
    const alias = await database.attach(absolute, { readOnly: side === "source" });
    return { path: absolute, alias, detach: () => database.detach(alias) };
  } catch (error) {
    if (!isDativoError(error)) throw error;
    const locked = /conflicting lock|could not set lock/i.test(error.message);
    throw new DativoError({
      code: side === "source" ? "SOURCE_UNREADABLE" : "TARGET_UNWRITABLE",
      message: locked
        ? `${absolute} is open in another process${holder(error.message)}.`
        : `${absolute} cannot be opened as a DuckDB database: ${error.message}`,
      retryable: locked,
      ...(locked
        ? { hint: "Close it there and run again; a DuckDB file can be open in one process at a time." }
        : {}),
      details: { path: absolute },
      cause: error,
    });
  }
}

function holder(message: string): string {
  const found = /held in (.*?\(PID \d+\))/.exec(message);
  return found ? ` (${found[1]})` : "";
}
