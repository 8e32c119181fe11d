import { describe } from "vitest";
import { GOOD, itRefuses } from "./testing/bad-job.js";

const asset = (text: string) => ({ job: `${GOOD}asset_path: asset.yaml\n`, files: { "asset.yaml": text } });

describe("a file that cannot be read", () => {
  itRefuses([
    {
      name: "a file that is not there",
      files: { "jobs/quakes.yaml": GOOD },
      path: "jobs/quake.yaml",
      code: "CONFIG_NOT_FOUND",
      at: "jobs/quake.yaml",
      says: /no job file jobs\/quake\.yaml/,
      hint: /Did you mean .*quakes\.yaml/,
    },
    {
      name: "a folder that is not there",
      path: "jbos/quake.yaml",
      code: "CONFIG_NOT_FOUND",
      at: "jbos/quake.yaml",
      says: /no job file/,
      hint: /looked for at/,
    },
    {
      name: "a folder",
      files: { "jobs/quakes.yaml": GOOD },
      path: "jobs",
      code: "CONFIG_INVALID",
      at: "jobs",
      says: /is a folder/,
      hint: /quakes\.yaml/,
    },
    {
      name: "a path through a file",
      files: { x: "" },
      path: "x/job.yaml",
      code: "CONFIG_NOT_FOUND",
      at: "x/job.yaml",
      says: /no job file/,
      hint: /./,
    },
    {
      name: "a recipe that is not there",
      job: `${GOOD}source_connector_path: connectors/csv.yaml\n`,
      files: { "connectors/csw.yaml": "type: csv" },
      code: "CONFIG_NOT_FOUND",
      at: "job.yaml:5:24 source_connector_path",
      says: /no connector recipe/,
      hint: /csw\.yaml/,
    },
    {
      name: "a recipe for the other side",
      job: `${GOOD}target_connector_path: r.yaml\n`,
      files: { "r.yaml": "type: csv\nroles: [source]\n" },
      code: "CONFIG_INVALID",
      at: "r.yaml:2:8 roles",
      says: /for source, not for target/,
      hint: /target_connector_path/,
    },
    {
      name: "an asset file that is not there",
      job: `${GOOD}asset_path: assets/people.yaml\n`,
      files: { "assets/people.yml": "" },
      code: "CONFIG_NOT_FOUND",
      at: "job.yaml:5:13 asset_path",
      says: /no asset file/,
      hint: /people\.yml/,
    },
    {
      name: "an asset name that is not there",
      job: `${GOOD}asset: poeple\n`,
      files: { "assets/a.yaml": "name: people\n" },
      code: "CONFIG_NOT_FOUND",
      at: "job.yaml:5:8 asset",
      says: /no asset "poeple"/,
      hint: /Did you mean people/,
    },
    {
      name: "an asset name that two files have",
      job: `${GOOD}asset: people\n`,
      files: { "assets/v1/people.yaml": "", "assets/v2/people.yaml": "" },
      code: "ASSET_INVALID",
      at: "job.yaml:5:8 asset",
      says: /v1\/people\.yaml, assets\/v2/,
      hint: /asset_path/,
    },
  ]);
});

describe("a bad asset definition", () => {
  itRefuses([
    {
      name: "an asset without name",
      ...asset("schema: [{ name: a, type: string }]\n"),
      code: "ASSET_INVALID",
      at: "asset.yaml:1:1 name",
      says: /missing/,
      hint: /Add name/,
    },
    {
      name: "an asset without columns",
      ...asset("name: a\nschema: []\n"),
      code: "ASSET_INVALID",
      at: "asset.yaml:2:9 schema",
      says: /list that is not empty/,
      hint: /./,
    },
    {
      name: "a column without type",
      ...asset("name: a\nschema:\n  - name: id\n"),
      code: "ASSET_INVALID",
      at: "asset.yaml:3:5 schema[0].type",
      says: /missing/,
      hint: /Add schema\[0\]\.type/,
    },
    {
      name: "an unknown type of column",
      ...asset("name: a\nschema:\n  - { name: id, type: strin }\n"),
      code: "ASSET_INVALID",
      at: "asset.yaml:3:23 schema[0].type",
      says: /"strin" is not a field type/,
      hint: /string/,
    },
    {
      name: "a column defined twice",
      ...asset("name: a\nschema:\n  - { name: id, type: string }\n  - { name: id, type: integer }\n"),
      code: "ASSET_INVALID",
      at: "asset.yaml:4:13 schema[1].name",
      says: /"id" is defined twice/,
      hint: /Keep one/,
    },
    {
      name: "a key that is no column",
      ...asset("name: a\nkey: [idd]\nschema:\n  - { name: id, type: string }\n"),
      code: "ASSET_INVALID",
      at: "asset.yaml:2:7 key[0]",
      says: /"idd"/,
      hint: /Did you mean id/,
    },
    {
      name: "a bad column in the nested form",
      ...asset(
        "asset:\n  name: a\n  schema:\n    - { name: id, type: 7 }\n    - { name: x, type: decimal(99,2) }\n",
      ),
      code: "ASSET_INVALID",
      at: "asset.yaml:4:25 asset.schema[0].type",
      says: /"7" is not a field type/,
      hint: /Known types/,
    },
    {
      name: "a bad column inside the job",
      job: `${GOOD}asset:\n  name: a\n  schema: [{ name: id, type: blob2 }]\n`,
      code: "ASSET_INVALID",
      at: "job.yaml:7:30 asset.schema[0].type",
      says: /"blob2"/,
      hint: /Known types/,
    },
    {
      name: "an asset file that is no YAML",
      ...asset("name: [\n"),
      code: "CONFIG_SYNTAX",
      at: "asset.yaml:",
      says: /./,
      hint: /./,
    },
  ]);
});
