import { compilePacker } from "@dativo/columnar";
import type { RunReport } from "@dativo/engine";
import type { AssetDefinition, Row, TableSchema } from "@dativo/protocol";

/** What a matcher answers, as vitest and Jest want it. */
interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/** Matchers for `expect.extend`; `import "@dativo/testing-kit/vitest"` does it. */
export const matchers = {
  /** Whether the books of a run balance: read = written + filtered + deduplicated + rejected, for each object. */
  toBalanceBooks(report: RunReport): MatcherResult {
    const problems = unbalanced(report);
    return {
      pass: problems.length === 0,
      message: () =>
        problems.length === 0
          ? "The books of the run balance, and should not."
          : `The books of the run do not balance.\n${problems.join("\n")}`,
    };
  },

  /** Whether records fit the columns of an asset definition or a table schema. */
  toMatchAsset(records: readonly Row[], asset: AssetDefinition | TableSchema): MatcherResult {
    const schema = "fields" in asset ? asset : asset.schema;
    if (schema === undefined)
      return { pass: false, message: () => `The asset ${(asset as AssetDefinition).name} has no schema.` };
    const { rejected, dropped } = compilePacker(schema).pack(records, { mode: "warn" });
    const lines = [
      ...rejected.map(
        ({ index, path, expected, got, reason }) =>
          `record ${index}, ${path}: expected ${expected}, got ${got} (${reason})`,
      ),
      ...[...dropped].map(([field, count]) => `${field}: in ${count} records, and not in the asset`),
    ];
    return {
      pass: lines.length === 0,
      message: () =>
        lines.length === 0
          ? "The records fit the asset, and should not."
          : `${rejected.length} of ${records.length} records do not fit the asset.\n${lines.slice(0, 10).join("\n")}`,
    };
  },
};

function unbalanced({ objects, status, error }: RunReport): string[] {
  const failed =
    status === "failed" ? [`The run failed: ${error?.error_code ?? "unknown"} ${error?.message ?? ""}`] : [];
  return [
    ...failed,
    ...objects.flatMap(({ object, read, written, filtered, deduplicated, rejected, uncommitted }) => {
      const sum = written + filtered + deduplicated + rejected + uncommitted;
      return read === sum
        ? []
        : [
            `${object}: read ${read} ≠ written ${written} + filtered ${filtered} + deduplicated ${deduplicated} + rejected ${rejected} + uncommitted ${uncommitted}`,
          ];
    }),
  ];
}
