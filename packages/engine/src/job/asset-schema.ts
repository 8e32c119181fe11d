import { z } from "zod";

const assetField = z
  .looseObject({
    name: z.string().min(1).describe("Name of the column."),
    type: z
      .string()
      .min(1)
      .describe(
        "Type of the column, such as string, integer, number, decimal(10,2), boolean, date, timestamp, timestamp_tz, binary, json, list<string> or struct<a: integer>.",
      ),
    required: z
      .boolean()
      .optional()
      .describe("Whether the column is never null and never missing. Default: false."),
    primary_key: z
      .boolean()
      .optional()
      .describe("Whether the column is part of what identifies a record. Default: false."),
    primaryKey: z.boolean().optional().describe("ODCS name of primary_key."),
    classification: z
      .string()
      .optional()
      .describe("Data classification such as PII; carried along, not interpreted."),
    description: z.string().optional().describe("What the column holds."),
  })
  .describe("One column.");

const shape = {
  name: z.string().min(1).describe("Name of the asset."),
  version: z
    .string()
    .min(1)
    .optional()
    .describe("Version of the definition, such as 1.0. The existing platform requires it."),
  source_type: z
    .string()
    .optional()
    .describe("Type of the source, such as csv. The existing platform requires it."),
  object: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Object of the source that the definition describes; every object of the job when absent. The existing platform requires it.",
    ),
  schema: z.array(assetField).min(1).describe("Columns, in order."),
  key: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Columns that identify a record; another way to say primary_key."),
  description: z
    .union([z.string(), z.looseObject({ purpose: z.string().optional() })])
    .optional()
    .describe("What the asset is: text, or purpose, limitations and usage."),
  tags: z.array(z.string()).optional().describe("Words to find the asset by."),
  team: z
    .looseObject({
      owner: z.string().optional().describe("Who owns the asset. The existing platform requires it."),
    })
    .optional()
    .describe("Who looks after the asset."),
};

/** An asset definition, flat (ODCS 3.0.2). Further keys are kept and handed to writers. */
export const assetSchema = z.looseObject(shape).meta({
  title: "Dativo asset definition",
  description: "Columns and ownership of a data set, after ODCS 3.0.2.",
});

/** A flat asset definition as written. */
export type AssetInput = z.infer<typeof assetSchema>;

/** Keys of a flat asset definition that mean something here, or are known to ODCS and the existing platform. */
export const ASSET_KEYS: readonly string[] = [
  ...Object.keys(shape),
  "$schema",
  "apiVersion",
  "kind",
  "id",
  "status",
  "domain",
  "dataProduct",
  "tenant",
  "target",
  "data_quality",
  "compliance",
  "change_management",
  "finops",
  "lineage",
  "audit",
  "governance",
  "contractCreatedTs",
  "servers",
  "support",
  "price",
  "roles",
  "slaProperties",
  "slaDefaultElement",
  "customProperties",
  "authoritativeDefinitions",
];

/** Keys of a column that mean something here, or are known to ODCS. */
export const ASSET_FIELD_KEYS: readonly string[] = [
  ...Object.keys(assetField.shape),
  "id",
  "businessName",
  "logicalType",
  "physicalType",
  "physicalName",
  "primaryKeyPosition",
  "partitioned",
  "partitionKeyPosition",
  "unique",
  "encryptedName",
  "criticalDataElement",
  "examples",
  "quality",
  "tags",
  "customProperties",
  "authoritativeDefinitions",
  "transformLogic",
  "transformDescription",
  "nullable",
  "default",
  "format",
];
