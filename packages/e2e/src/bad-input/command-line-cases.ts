import { type BadInput, GOOD_READER, job } from "./bad-input.js";

const files = { "job.yaml": job(), "reader.ts": GOOD_READER };
const typed = (
  name: string,
  args: string,
  expected: Pick<BadInput, "says"> & Partial<BadInput>,
): BadInput => ({
  name,
  files,
  args: args.split(" "),
  code: "USAGE",
  ...expected,
});

/** Words that are typed wrong. */
export const COMMAND_LINE_CASES: readonly BadInput[] = [
  typed("an unknown command", "rn job.yaml", { says: ["rn", "run"] }),
  typed("an unknown flag", "run job.yaml --dryrun", { says: ["--dryrun", "--dry-run"] }),
  typed("no job file", "run", { says: ["job", "job.yaml"] }),
  typed("one argument too many", "run job.yaml other.yaml", { says: [/argument/i] }),
  typed("a limit that is no number", "run job.yaml --limit ten", {
    says: ["--limit", "ten", "whole number"],
  }),
  typed("a limit of nothing", "run job.yaml --limit 0", { says: ["--limit", "0", "whole number"] }),
  typed("a limit below nothing", "run job.yaml --limit=-3", { says: ["--limit", "-3", "whole number"] }),
  typed("an empty name among objects", "run job.yaml --objects things,", { says: ["--objects", "commas"] }),
  typed("an unknown object", "run job.yaml --objects thing", {
    code: "OBJECT_NOT_FOUND",
    says: ['"thing"', "Did you mean", "things"],
  }),
  typed("an unknown document", "schema jobb", { says: ["jobb", "job, asset, report"] }),
  typed("a position that is no JSON", "state set job.yaml things 2026-01-01", {
    says: ["2026-01-01", "JSON", "state show"],
  }),
  typed("the report of an unknown run", "runs show 2026-01-01T00-00-00-000Z-000000", {
    code: "RUN_NOT_FOUND",
    says: ["$RUN", ".dativo/runs", "Nothing has been run yet"],
  }),
  typed("the replay of an unknown run", "replay 2026-01-01T00-00-00-000Z-000000 job.yaml", {
    code: "RUN_NOT_FOUND",
    says: ["$RUN", ".dativo/runs", "Nothing has been run yet"],
  }),
  typed("discovery of a plugin that does not exist", "discover plugins/raeder.ts:default", {
    code: "PLUGIN_NOT_FOUND",
    says: ["plugins/raeder.ts"],
  }),
  {
    name: "a query that is no SQL",
    files,
    args: ["query", "selct count(*) from things", "job.yaml"],
    prepare: async (project) => void (await project.dativo(["run", "job.yaml"])),
    code: "DUCKDB_ERROR",
    says: ["selct"],
  },
  {
    name: "a query of a table that does not exist",
    files,
    args: ["query", "from thing", "job.yaml"],
    prepare: async (project) => void (await project.dativo(["run", "job.yaml"])),
    code: "DUCKDB_ERROR",
    says: ["thing", "things"],
  },
];
