import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { importSource } from "./import-source.mjs";

// Writes the reference page of the command from its table of options; --check fails when it is stale.

const { COMMANDS } = await importSource("../src/command-line/options.ts");
const { EXIT_CODES } = await importSource("../src/exit-code.ts");

const cell = (text) => text.replaceAll("|", "\\|");
const EXITS = [
  [EXIT_CODES.DONE, "Done."],
  [EXIT_CODES.INTERNAL, "A defect of create-dativo-plugin."],
  [
    EXIT_CODES.USAGE,
    "The command line cannot be acted on; there is no project here; `doctor` found a fault.",
  ],
  [EXIT_CODES.TARGET_CONFLICT, "Files are in the way, or cannot be written. Nothing was written."],
  [EXIT_CODES.NOT_VERIFIED, "The files are written; installing, building or testing failed."],
  [EXIT_CODES.MERGE_CONFLICT, "Files hold conflict markers."],
  [EXIT_CODES.CANCELLED, "Cancelled. Nothing was written."],
];

const page = [
  "# create-dativo-plugin",
  "",
  "<!-- Generated from create-dativo-plugin/src/command-line/options.ts by `npm run generate`; edit that file instead. -->",
  "",
  'With `--json`, standard output is one JSON document; a failure is `{"error": {"code", "message", "hint"}}`.',
  "",
  "| Exit code | |",
  "| --- | --- |",
  ...EXITS.map(([code, text]) => `| ${code} | ${text} |`),
  ...COMMANDS.flatMap(({ name, usage, summary, options }) => [
    "",
    `## ${name}`,
    "",
    summary,
    "",
    "```sh",
    name === "create"
      ? "npm create dativo-plugin@latest [dir] -- [options]"
      : `npx create-dativo-plugin ${`${name} ${usage}`.trim()} [options]`,
    "```",
    "",
    "| Option | |",
    "| --- | --- |",
    ...options.map(({ flag, short, value, negatable, summary: text }) => {
      const names = [...(short ? [`-${short}`] : []), `--${negatable ? "[no-]" : ""}${flag}`].join(", ");
      return `| \`${cell(value === undefined ? names : `${names} ${value}`)}\` | ${cell(text)} |`;
    }),
  ]),
  "",
].join("\n");

const file = fileURLToPath(new URL("../../docs/reference/create-dativo-plugin.md", import.meta.url));
if (!process.argv.includes("--check")) writeFileSync(file, page);
else if (read() !== page) {
  console.error("docs/reference/create-dativo-plugin.md is stale; run npm run generate");
  process.exit(1);
}

function read() {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
