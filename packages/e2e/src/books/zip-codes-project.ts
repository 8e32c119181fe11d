import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { Project } from "../dativo.js";
import { vegaData } from "../vega-data.js";

const LINES = readFileSync(vegaData("zipcodes.csv"), "utf8").trimEnd().split(/\r?\n/);

/** The real records. */
export const ZIP_CODES = LINES.slice(1).map((line) => {
  const [zip_code = "", latitude = ""] = line.split(",");
  return { zip_code, latitude: Number(latitude) };
});

/** Lines that are no records, and what their dead letters must say. */
export const BAD_LINES: readonly {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly reason: string;
  readonly path: string;
  readonly expected: string;
}[] = [
  {
    bytes: Buffer.from("99991,1.5"),
    reason: "missing_columns",
    path: " line 102",
    expected: "6 values",
  },
  {
    bytes: Buffer.from("99992,1.5,2.5,Town,XX,County,and more"),
    reason: "too_many_columns",
    path: " line 1103",
    expected: "6 values",
  },
  {
    bytes: Buffer.from("99993,north,2.5,Town,XX,County"),
    reason: "type",
    path: "latitude",
    expected: "number",
  },
  {
    bytes: Buffer.from(
      [..."99994,1.5,2.5,T"]
        .map((sign) => sign.charCodeAt(0))
        .concat(0xff, 0xfe, ...[...",XX,County"].map((sign) => sign.charCodeAt(0))),
    ),
    reason: "invalid_encoding",
    path: " line 3105",
    expected: "6 values",
  },
];

/**
 * A project whose job reads the zip codes, with bad lines among them, into Parquet files by state. A plain file of that
 * size is looked at before it is read; a compressed one is read in one go, until a line is bad.
 */
export function zipCodesProject(compressed: boolean): Project {
  const lines: Uint8Array[] = LINES.map((line) => Buffer.from(line));
  for (const [index, { bytes }] of BAD_LINES.entries()) lines.splice(101 + index * 1001, 0, bytes);
  const name = compressed ? "zipcodes.csv.gz" : "zipcodes.csv";
  const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
  return new Project({
    [`in/${name}`]: compressed ? gzipSync(bytes) : bytes,
    "job.yaml": `name: zipcodes
source:
  type: csv
  files: [{ path: in/${name}, columns: { latitude: number, longitude: number } }]
target:
  type: parquet
  connection: { path: ./out }
  partitioning: [state]
schema_validation_mode: warn
`,
  });
}
