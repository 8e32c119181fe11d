// Writes the numbers, codes and headers of the contract that the Python package needs, from the schemas of the protocol.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { resolve } = createRequire(import.meta.url);
const schema = (name) => JSON.parse(readFileSync(resolve(`@dativo/protocol/schemas/${name}.json`), "utf8"));
const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const frames = schema("frames");
const errors = schema("errors");

/** Members that a header must have, and the JSON type of each. */
function required(name) {
  const document = schema(`${name}-header.schema`);
  const definitions = document.$defs;
  const follow = (node) =>
    node.$ref === undefined ? node : follow(definitions[node.$ref.split("/").at(-1)]);
  const header = follow(document);
  const forms = (header.oneOf ?? [header]).map(follow);
  return forms[0].required.map((member) => {
    const types = new Set(forms.map(({ properties }) => follow(properties[member]).type ?? "any"));
    return [member, types.size === 1 ? [...types][0] : "any"];
  });
}

const text = (value) => JSON.stringify(value);
const generated =
  "Generated from the schemas of @dativo/protocol by scripts/generate-contract.mjs; npm run generate refreshes it.";

const versions = [
  '"""Which versions of the contract this package speaks; read as text too, before anything is imported.',
  "",
  generated,
  '"""',
  "",
  "from __future__ import annotations",
  "",
  `CONTRACT_VERSION = ${frames.contract_version}`,
  '"""The version of the plugin contract."""',
  "",
  `FRAME_PROTOCOL_VERSION = ${frames.frame_protocol_version}`,
  `"""The version of the frames between a plugin's process and its host."""`,
  "",
  `PACKAGE_VERSION = ${text(JSON.parse(readFileSync(path("package.json"), "utf8")).version)}`,
  '"""The version of this package."""',
];

const tables = [
  `"""${generated}"""`,
  "",
  "from __future__ import annotations",
  "",
  "from typing import Dict, NamedTuple",
  "",
  `MAX_FRAME_BYTES = ${frames.max_frame_bytes}`,
  "",
  "FRAME_TYPES: Dict[str, int] = {",
  ...Object.entries(frames.types).map(([name, type]) => `    ${text(name)}: ${type},`),
  "}",
  '"""The number of each type of frame, by its name."""',
  "",
  "HEADERS: Dict[str, Dict[str, str]] = {",
  ...Object.keys(frames.types).map(
    (name) =>
      `    ${text(name)}: {${required(name)
        .map(([member, type]) => `${text(member)}: ${text(type)}`)
        .join(", ")}},`,
  ),
  "}",
  '"""Members that the header of each type of frame must have, and the JSON type of each."""',
  "",
  "",
  "class CatalogueEntry(NamedTuple):",
  '    """What is known of an error code."""',
  "",
  "    error_type: str",
  "    retryable: bool",
  "    hint: str",
  "",
  "",
  "CATALOGUE: Dict[str, CatalogueEntry] = {",
  ...Object.entries(errors).flatMap(([code, { type, retryable, hint }]) => [
    `    ${text(code)}: CatalogueEntry(`,
    `        ${text(type)},`,
    `        ${retryable ? "True" : "False"},`,
    `        ${text(hint)},`,
    "    ),",
  ]),
  "}",
  '"""Every error code of the catalogue."""',
];

const FILES = {
  "python/dativo_ingest/contract.py": versions,
  "python/dativo_ingest/host/contract_tables.py": tables,
};
for (const [name, lines] of Object.entries(FILES)) {
  const wanted = `${lines.join("\n")}\n`;
  if (!process.argv.includes("--check")) writeFileSync(path(name), wanted);
  else if (readFileSync(path(name), "utf8").replaceAll("\r\n", "\n") !== wanted) {
    console.error(`stale: packages/runtimes/python/${name}`);
    console.error("Run npm run generate, and commit what it wrote.");
    process.exitCode = 1;
  }
}
