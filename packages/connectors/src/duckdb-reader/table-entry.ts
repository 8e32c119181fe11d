import { DativoError, type SourceConfig } from "@dativo/sdk";
import { z } from "zod";

/** One entry of `source.tables` of a DuckDB source. */
export const tableEntrySchema = z
  .object({
    name: z.string().min(1).optional().describe("Name of the table or view."),
    object: z
      .string()
      .min(1)
      .optional()
      .describe("Object the records belong to. Default: the name of the table."),
    query: z.string().min(1).optional().describe("A SELECT to read instead of the table."),
    cursor: z
      .string()
      .min(1)
      .optional()
      .describe("Column that incremental reading follows; without it every run reads all records."),
    key: z
      .union([
        z
          .string()
          .min(1)
          .transform((name) => [name]),
        z.array(z.string().min(1)),
      ])
      .default([])
      .describe("Columns that identify a record."),
  })
  .strict()
  .refine((entry) => entry.name !== undefined || (entry.query !== undefined && entry.object !== undefined), {
    message: "expected name, or object and query",
  });

/** One entry of `source.tables`, with defaults filled in. */
export type TableEntry = z.output<typeof tableEntrySchema>;

/**
 * The entries of `source.tables`, by object.
 *
 * @throws DativoError `CONFIGURATION_ERROR` naming each key that is wrong
 */
export function tableEntries(source: SourceConfig): Map<string, TableEntry> {
  const entries = new Map<string, TableEntry>();
  const issues: string[] = [];
  source.tables.forEach((written, index) => {
    const result = tableEntrySchema.safeParse(written);
    if (result.success) entries.set(result.data.object ?? result.data.name ?? "", result.data);
    else
      for (const issue of result.error.issues)
        issues.push(`  ${[`source.tables[${index}]`, ...issue.path].join(".")}: ${issue.message}`);
  });
  if (issues.length > 0)
    throw new DativoError({
      code: "CONFIGURATION_ERROR",
      message: `The tables of the source cannot be read like this:\n${issues.join("\n")}`,
      details: { issues },
    });
  return entries;
}
