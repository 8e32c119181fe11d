import { AUTHS, KINDS, LANGUAGES, LICENSES, MODES, PACKAGE_MANAGERS } from "../answers/choices.js";

/** What happens to a file that is in the way. */
export const CONFLICT_POLICIES = ["abort", "skip", "overwrite", "merge"] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

/** One option of a command; parsing, help and the reference come from here. */
export interface OptionDefinition {
  readonly flag: string;
  readonly short?: string;
  /** What stands for the value in help; an option without one is a switch. */
  readonly value?: string;
  /** Whether `--no-<flag>` exists too. */
  readonly negatable?: boolean;
  readonly summary: string;
}

const names = (choices: object) => Object.keys(choices).join("|");
const json: OptionDefinition = { flag: "json", summary: "Print one JSON document instead of text." };
const debug: OptionDefinition = { flag: "debug", summary: "Show where an error came from." };
const help: OptionDefinition = { flag: "help", short: "h", summary: "Show this help." };
const dryRun: OptionDefinition = {
  flag: "dry-run",
  summary: "Show what would be written, and write nothing.",
};
const directory: OptionDefinition = {
  flag: "cwd",
  value: "DIR",
  summary: "Folder to work in. Default: this one.",
};
const common = [json, debug, help];

/** One command. */
export interface CommandDefinition {
  readonly name: string;
  /** Arguments as help shows them. */
  readonly usage: string;
  /** How many arguments it takes: at least, at most. */
  readonly arguments: readonly [number, number];
  readonly summary: string;
  readonly options: readonly OptionDefinition[];
}

/** Every command; the first one is meant when none is named. */
export const COMMANDS = [
  {
    name: "create",
    usage: "[dir]",
    arguments: [0, 1],
    summary: "Create a project. It builds, and its contract checks pass, before you type.",
    options: [
      { flag: "lang", value: names(LANGUAGES), summary: "Language of the plugin. Default: ts." },
      { flag: "kind", value: names(KINDS), summary: "What it does. Default: reader." },
      { flag: "name", value: "NAME", summary: "Name of the package. Default: made from dir." },
      { flag: "description", value: "TEXT", summary: "One sentence on what it does." },
      { flag: "auth", value: names(AUTHS), summary: "How the API is signed in to. Default: bearer." },
      { flag: "objects", value: "A,B", summary: "Objects it starts with. Default: users." },
      { flag: "modes", value: "A,B", summary: `What a writer can do: ${names(MODES)}. Default: append.` },
      { flag: "license", value: names(LICENSES), summary: "License. Default: Apache-2.0." },
      {
        flag: "pm",
        value: names(PACKAGE_MANAGERS),
        summary: "Package manager. Default: the one that started this.",
      },
      { flag: "ci", negatable: true, summary: "Workflows for tests, releases and upgrades. Default: yes." },
      { flag: "install", negatable: true, summary: "Install the dependencies. Default: yes." },
      { flag: "git", negatable: true, summary: "Make a Git repository with one commit. Default: yes." },
      { flag: "verify", negatable: true, summary: "Build it and run its tests. Default: when installed." },
      {
        flag: "on-conflict",
        value: CONFLICT_POLICIES.join("|"),
        summary: "What to do where files are in the way. Default: abort.",
      },
      dryRun,
      { flag: "yes", short: "y", summary: "Ask nothing; take the default of what is not given." },
      ...common,
    ],
  },
  {
    name: "add object",
    usage: "<name>",
    arguments: [1, 1],
    summary: "Add an object to this project: schema, fixture, test and registration.",
    options: [dryRun, directory, ...common],
  },
  {
    name: "add writer-mode",
    usage: "<mode>",
    arguments: [1, 1],
    summary: `Add a mode to this writer: ${names(MODES)}.`,
    options: [dryRun, directory, ...common],
  },
  {
    name: "upgrade",
    usage: "",
    arguments: [0, 0],
    summary: "Bring what newer templates have into this project; your edits are kept.",
    options: [dryRun, directory, ...common],
  },
  {
    name: "doctor",
    usage: "",
    arguments: [0, 0],
    summary: "Check toolchain, versions, and what differs from the template.",
    options: [directory, ...common],
  },
] as const satisfies readonly CommandDefinition[];

export type CommandName = (typeof COMMANDS)[number]["name"];
