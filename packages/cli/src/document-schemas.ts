/** A document with a published JSON Schema. */
export type DocumentName = "job" | "asset" | "report";

/** File names of the schemas below `.dativo`. */
export const SCHEMA_FILES: Readonly<Record<DocumentName, string>> = {
  job: "job.schema.json",
  asset: "asset.schema.json",
  report: "report.schema.json",
};

/** The JSON Schema of a document. */
export async function documentSchema(name: DocumentName): Promise<unknown> {
  const { assetJsonSchema, jobJsonSchema, runReportJsonSchema } = await import("@dativo/engine");
  return { job: jobJsonSchema, asset: assetJsonSchema, report: runReportJsonSchema }[name]();
}
