import { createRequire } from "node:module";
import { join } from "node:path";

/** Path of a real data set of the npm package vega-datasets, such as `movies.json`. */
export function vegaData(name: string): string {
  return join(createRequire(import.meta.url).resolve("vega-datasets"), "..", "..", "data", name);
}
