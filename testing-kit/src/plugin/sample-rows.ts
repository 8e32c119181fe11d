import type { Row, TableSchema } from "@dativo/protocol";

/** Columns of the rows that writers are given unless a check is about columns. */
export const SCHEMA: TableSchema = {
  fields: [
    { name: "id", type: { kind: "integer" }, required: true },
    { name: "name", type: { kind: "string" } },
    { name: "score", type: { kind: "number" } },
    { name: "active", type: { kind: "boolean" } },
    { name: "seen_at", type: { kind: "timestamp", zone: true } },
  ],
  key: ["id"],
};

const NAMES = ["Ada", "Grace", "Edsger", "Barbara", "Donald", "Radia", "Linus", "Margaret"];

/** Ordinary rows, the same for the same numbers. */
export function sampleRows(count: number, from = 1): Row[] {
  return Array.from({ length: count }, (_none, index) => {
    const id = from + index;
    return {
      id,
      name: `${NAMES[id % NAMES.length]} ${id}`,
      score: id + 0.5,
      active: id % 2 === 0,
      seen_at: new Date(Date.UTC(2026, 0, 1) + id * 1000).toISOString(),
    };
  });
}
