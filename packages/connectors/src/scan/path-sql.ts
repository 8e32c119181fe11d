import { quoteLiteral } from "@dativo/columnar";

/**
 * Writes the path of one file for DuckDB's readers, which take it for a glob.
 *
 * @example
 * pathSql("in/a*.csv") // "'in/a[*].csv'"
 */
export function pathSql(path: string): string {
  return quoteLiteral(path.replaceAll(/[*?[]/g, "[$&]"));
}
