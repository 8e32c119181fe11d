import type { ArgumentDefinition, CommandDefinition, OptionDefinition } from "./command-definition.js";

const job = {
  name: "job",
  kind: "job",
  required: true,
  summary: "Job file.",
} as const satisfies ArgumentDefinition;

const json = {
  flag: "json",
  summary: "Print exactly one JSON document on standard output, errors included.",
} as const satisfies OptionDefinition;

const objects = {
  flag: "objects",
  value: { placeholder: "a,b", kind: "list" },
  summary: "Only these objects of the job.",
} as const satisfies OptionDefinition;

/** Options that every command takes. */
export const GLOBAL_OPTIONS = [
  { flag: "debug", summary: "Show stack traces, causes and details of errors." },
  { flag: "no-color", summary: "Print without colour; NO_COLOR and FORCE_COLOR are honoured too." },
  { flag: "help", short: "h", summary: "Show help." },
  { flag: "version", short: "V", summary: "Show the version." },
] as const satisfies readonly OptionDefinition[];

/**
 * Every command, in the order help shows them.
 *
 * Parsing, types of arguments and options, help, completion scripts and the reference page come from here.
 */
export const COMMAND_TABLE = [
  {
    name: "init",
    summary: "Start a project: a commented job file and a small plugin that runs at once.",
    description: [
      "Writes job.yaml, a sample reader plugin or sample data, and .dativo/job.schema.json for editors. A file that exists is left alone unless --force is given.",
    ],
    arguments: [
      {
        name: "dir",
        kind: "folder",
        required: false,
        summary: "Folder to write into; made when missing. Default: the current folder.",
      },
    ],
    options: [
      {
        flag: "source",
        value: { placeholder: "plugin|csv", kind: "choice", choices: ["plugin", "csv"] },
        summary:
          "What the job reads: a TypeScript plugin, or a CSV file by the built-in reader. Default: plugin.",
      },
      { flag: "force", summary: "Overwrite files that exist." },
      json,
    ],
    examples: [
      { line: "dativo init quakes", summary: "A new project in the folder quakes" },
      { line: "dativo init --source csv", summary: "A job that turns a CSV file into Parquet, here" },
    ],
  },
  {
    name: "validate",
    summary: "Check a job file without touching source or target.",
    description: [
      "Reads the job, its asset definition and its variables, and loads its plugins. Keys that the existing platform knows and this engine does not act on are shown as warnings.",
    ],
    arguments: [job],
    options: [json],
    examples: [{ line: "dativo validate jobs/quakes.yaml", summary: "Every mistake with its line and key" }],
  },
  {
    name: "check",
    summary: "Ask source and target whether they can be used with this configuration.",
    description: ["A plugin that implements no check is shown as unknown, never as ok."],
    arguments: [job],
    options: [json],
    examples: [{ line: "dativo check jobs/quakes.yaml", summary: "Addresses, credentials, permissions" }],
  },
  {
    name: "discover",
    summary: "List the objects of a source, with columns where it knows them.",
    arguments: [
      {
        name: "source",
        kind: "plugin_or_job",
        required: true,
        summary: "Job file, or a reader plugin as path:Name.",
      },
    ],
    options: [json],
    examples: [
      { line: "dativo discover jobs/quakes.yaml", summary: "Objects of the job's source" },
      { line: "dativo discover plugins/usgs.ts:default", summary: "Objects a plugin knows without a job" },
    ],
  },
  {
    name: "run",
    summary: "Read, validate, write and commit, resuming where the last run ended.",
    description: [
      "Exit code: 0 done, 1 finished with rejected records, 2 failed, 130 interrupted. Interrupting once commits or undoes the open checkpoint and ends within a second; interrupting twice ends at once. Either way the next run goes on at the last checkpoint.",
    ],
    arguments: [job],
    options: [
      {
        flag: "limit",
        value: { placeholder: "N", kind: "integer" },
        summary: "At most N records of each object; the object counts as partial.",
      },
      objects,
      { flag: "full-refresh", summary: "Ignore the state and read everything again." },
      {
        flag: "workers",
        value: { placeholder: "N", kind: "integer" },
        summary:
          "Read up to N parts at once, in as many processes as there are processors: objects, and the partitions of objects that the reader divides. Default: 1.",
      },
      {
        flag: "coordinator",
        value: { placeholder: "inline|restate", kind: "choice", choices: ["inline", "restate"] },
        summary: "Who keeps track of the parts: this process, or a Restate server. Default: inline.",
      },
      {
        flag: "restate-url",
        value: { placeholder: "URL", kind: "text" },
        summary:
          "Ingress of the Restate server; its admin address is that of DATIVO_RESTATE_ADMIN_URL. Default: http://127.0.0.1:8080.",
      },
      { flag: "dry-run", summary: "Read and validate, but write nothing and keep the state." },
      { flag: "explain", summary: "Show how the records would travel, and run nothing." },
      json,
    ],
    examples: [
      { line: "dativo run jobs/quakes.yaml", summary: "Everything new since the last run" },
      {
        line: "dativo run jobs/quakes.yaml --objects quakes --limit 10 --dry-run",
        summary: "A look at ten records",
      },
      { line: "dativo run jobs/quakes.yaml --json > report.json", summary: "The report, for a machine" },
    ],
  },
  {
    name: "state show",
    summary: "Show where each object was left.",
    arguments: [job, { name: "object", kind: "object", required: false, summary: "Only this object." }],
    options: [json],
    examples: [{ line: "dativo state show jobs/quakes.yaml", summary: "Positions, files and last runs" }],
  },
  {
    name: "state set",
    summary: "Put an object's position where you want the next run to start.",
    arguments: [
      job,
      { name: "object", kind: "object", required: true, summary: "Object of the job." },
      {
        name: "value",
        kind: "text",
        required: true,
        summary: "The position as JSON, as `state show --json` prints it.",
      },
    ],
    options: [json],
    examples: [
      { line: "dativo state set jobs/quakes.yaml quakes '{\"page\": 12}'", summary: "Start at page 12" },
    ],
  },
  {
    name: "state reset",
    summary: "Forget the position of one object, or of all.",
    arguments: [job, { name: "object", kind: "object", required: false, summary: "Only this object." }],
    options: [json],
    examples: [
      { line: "dativo state reset jobs/quakes.yaml quakes", summary: "Read quakes from its start next time" },
    ],
  },
  {
    name: "replay",
    summary: "Try the rejected records of a run again, with today's schema and plugins.",
    description: [
      "Replaying twice doubles nothing: records that were written are marked in the run they came from.",
    ],
    arguments: [
      {
        name: "run",
        kind: "run",
        required: true,
        summary: "Run whose dead letters are replayed: its id, or the beginning of it.",
      },
      {
        name: "job",
        kind: "job",
        required: false,
        summary: "Job file. Default: the one the run was made with.",
      },
    ],
    options: [json],
    examples: [
      { line: "dativo replay 2026-11-22T06-40-11-482Z-7c41b0", summary: "After the schema was corrected" },
    ],
  },
  {
    name: "runs list",
    summary: "List the runs of this project, newest first.",
    arguments: [],
    options: [
      {
        flag: "limit",
        value: { placeholder: "N", kind: "integer" },
        summary: "At most N runs. Default: 20.",
      },
      json,
    ],
    examples: [{ line: "dativo runs list", summary: "What ran, when, and how it ended" }],
  },
  {
    name: "runs show",
    summary: "Show the report of a run.",
    arguments: [
      {
        name: "run",
        kind: "run",
        required: false,
        summary: "Its id, or the beginning of it. Default: the newest run.",
      },
    ],
    options: [json],
    examples: [{ line: "dativo runs show", summary: "Books, files and errors of the newest run" }],
  },
  {
    name: "query",
    summary: "Ask what runs wrote, in SQL.",
    description: ["Views are named after the objects that the target holds."],
    arguments: [
      { name: "sql", kind: "text", required: true, summary: "One SQL statement." },
      {
        name: "job",
        kind: "job",
        required: false,
        summary: "Job file whose target is asked. Default: that of the newest run.",
      },
    ],
    options: [{ flag: "csv", summary: "Print CSV with a header." }, json],
    examples: [
      {
        line: 'dativo query "select count(*) from quakes"',
        summary: "Over what the newest run's target holds",
      },
      { line: 'dativo query "from quakes limit 5" jobs/quakes.yaml --csv', summary: "Five records as CSV" },
    ],
  },
  {
    name: "cloud plan",
    summary: "Package a job's plugins for the cloud, and say what deploying them would do.",
    description: [
      "Changes nothing. Without credentials it still packages, and says what it could not look for.",
    ],
    arguments: [job],
    options: [json],
    examples: [
      { line: "dativo cloud plan jobs/quakes.yaml", summary: "Size, runtime, and what would be created" },
    ],
  },
  {
    name: "cloud deploy",
    summary: "See to it that the functions of a job are there.",
    description: [
      "A run does the same by itself. Nothing is deployed when a function with the same contents and configuration is there.",
    ],
    arguments: [job],
    options: [json],
    examples: [{ line: "dativo cloud deploy jobs/quakes.yaml", summary: "Ahead of the first run" }],
  },
  {
    name: "cloud status",
    summary: "Show the functions that were deployed for a job.",
    arguments: [job],
    options: [json],
    examples: [{ line: "dativo cloud status jobs/quakes.yaml", summary: "State, size and last use" }],
  },
  {
    name: "cloud logs",
    summary: "Show what the functions of a job printed.",
    arguments: [job],
    options: [
      {
        flag: "since",
        value: { placeholder: "1h", kind: "text" },
        summary: "How far back: a number with s, m, h or d. Default: 1h.",
      },
      json,
    ],
    examples: [
      { line: "dativo cloud logs jobs/quakes.yaml --since 15m", summary: "The last quarter of an hour" },
    ],
  },
  {
    name: "cloud gc",
    summary: "Remove functions that no run used for some time.",
    description: [
      "With the last function of a job go the role and the secrets that Dativo made for it. What Dativo did not make is never touched.",
    ],
    arguments: [job],
    options: [
      {
        flag: "older-than",
        value: { placeholder: "30d", kind: "text" },
        summary: "Time that a function was not used for. Default: 30d.",
      },
      { flag: "all-jobs", summary: "Functions of every job in the same account and region." },
      { flag: "dry-run", summary: "Say what would be removed, and remove nothing." },
      json,
    ],
    examples: [
      {
        line: "dativo cloud gc jobs/quakes.yaml --older-than 7d --dry-run",
        summary: "What a week without use leaves",
      },
    ],
  },
  {
    name: "cloud cost",
    summary: "Estimate what a run will cost, and show what the last one was billed.",
    arguments: [job],
    options: [
      {
        flag: "records",
        value: { placeholder: "N", kind: "integer" },
        summary: "Records to estimate for. Default: those of the last run, else 1000000.",
      },
      {
        flag: "run",
        value: { placeholder: "RUN", kind: "run" },
        summary: "Run whose bill is shown. Default: the newest one that invoked functions.",
      },
      json,
    ],
    examples: [
      { line: "dativo cloud cost jobs/quakes.yaml --records 5000000", summary: "Before a larger run" },
    ],
  },
  {
    name: "schema",
    summary: "Print the JSON Schema of job files, asset definitions or run reports.",
    arguments: [
      {
        name: "document",
        kind: "choice",
        required: false,
        choices: ["job", "asset", "report"],
        summary: "job, asset or report. With --write, all of them when none is named.",
      },
    ],
    options: [{ flag: "write", summary: "Write them below .dativo, where editors find them." }, json],
    examples: [
      { line: "dativo schema job", summary: "The schema of job files" },
      { line: "dativo schema --write", summary: "All schemas into .dativo" },
    ],
  },
  {
    name: "doctor",
    summary: "Check this machine and project: native parts, folders, job files, unfinished runs.",
    arguments: [],
    options: [json],
    examples: [{ line: "dativo doctor", summary: "One line a check, with what to do" }],
  },
  {
    name: "completion",
    summary: "Print a completion script for a shell.",
    arguments: [
      {
        name: "shell",
        kind: "choice",
        required: true,
        choices: ["bash", "zsh", "fish"],
        summary: "bash, zsh or fish.",
      },
    ],
    options: [],
    examples: [
      { line: "source <(dativo completion bash)", summary: "For this shell" },
      { line: "dativo completion fish > ~/.config/fish/completions/dativo.fish", summary: "For every fish" },
    ],
  },
  {
    name: "help",
    summary: "Show help for a command.",
    arguments: [
      { name: "command", kind: "list", required: false, summary: "Command, such as run or state show." },
    ],
    options: [],
    examples: [{ line: "dativo help run", summary: "The same as dativo run --help" }],
  },
] as const satisfies readonly CommandDefinition[];

/** Any command of the table. */
export type Command = (typeof COMMAND_TABLE)[number];

/** Name of a command, such as `run` or `state show`. */
export type CommandName = Command["name"];

/** The command of that name. */
export type CommandNamed<Name extends CommandName> = Extract<Command, { readonly name: Name }>;

/** What a verb that has actions is for. */
export const VERB_SUMMARIES: Readonly<Record<string, string>> = {
  state: "Show or change where each object was left.",
  runs: "List runs, or show the report of one.",
  cloud: "Deploy and look after plugins that run in AWS Lambda or Google Cloud Functions.",
};
