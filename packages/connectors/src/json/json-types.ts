import type { FieldType } from "@dativo/sdk";

/** How a value of a column gets out of `read_json`: the SQL type to ask for, and the field type it then has. */
export interface JsonColumn {
  readonly name: string;
  readonly sqlType: string;
  readonly type: FieldType;
}

const HUGE: FieldType = { kind: "decimal", precision: 38, scale: 0 };

/**
 * The column for a type that DuckDB detected.
 *
 * Text stays text, since JSON has no dates; arrays and objects stay JSON, so that a member that appears later is
 * not lost.
 */
export function jsonColumn(name: string, detected: string): JsonColumn {
  switch (detected) {
    case "BIGINT":
      return { name, sqlType: "BIGINT", type: { kind: "integer" } };
    case "UBIGINT":
    case "HUGEINT":
      return { name, sqlType: "DECIMAL(38,0)", type: HUGE };
    case "DOUBLE":
      return { name, sqlType: "DOUBLE", type: { kind: "number" } };
    case "BOOLEAN":
      return { name, sqlType: "BOOLEAN", type: { kind: "boolean" } };
    case "VARCHAR":
    case "UUID":
    case "TIME":
    case "DATE":
    case "TIMESTAMP":
    case "TIMESTAMP WITH TIME ZONE":
      return { name, sqlType: "VARCHAR", type: { kind: "string" } };
    default:
      return { name, sqlType: "JSON", type: { kind: "json" } };
  }
}

/** The columns for what `json_group_structure` says of all records. */
export function columnsOfStructure(structure: unknown): JsonColumn[] {
  if (typeof structure !== "object" || structure === null || Array.isArray(structure)) return [];
  // Whole numbers that are not negative are all called UBIGINT here, whatever their size.
  const sqlType = (detected: unknown) =>
    typeof detected !== "string" ? "JSON" : detected === "UBIGINT" ? "BIGINT" : detected;
  return Object.entries(structure).map(([name, detected]) => jsonColumn(name, sqlType(detected)));
}
