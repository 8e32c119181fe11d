// Writes the reference pages from the definitions they describe; with --check, fails when one is stale.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { COERCIONS } from "@dativo/columnar";
import { assetJsonSchema, jobJsonSchema, runReportJsonSchema } from "@dativo/engine";
import { ERROR_CATALOGUE } from "@dativo/protocol";
import { embedExamples } from "./embed-examples.mjs";

const cell = (text) =>
  String(text ?? "")
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ");
const table = (head, rows) =>
  [
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows.map((row) => `| ${row.map(cell).join(" | ")} |`),
  ].join("\n");
const note = (source) => `<!-- Generated from ${source} by npm run generate; edits here are lost. -->`;

function errorsPage() {
  const entries = Object.entries(ERROR_CATALOGUE).map(
    ([code, { type, retryable, summary, hint }]) =>
      `## ${code}\n\n${summary}\n\n- What to do: ${hint}\n- Retried by itself: ${retryable ? "yes, as `retry_config` says" : "no"}\n- \`error_type\`: \`${type}\`\n`,
  );
  return `${note("packages/protocol/src/error-catalogue.ts")}\n\n# Errors\n\nEvery error has a stable code, a message that says what was wrong and where, and a hint that says what to do. With \`--json\` it is\n\`{"error": {"error_type", "error_code", "message", "hint", "retryable", "details"}}\`.\n\n${entries.join("\n")}`;
}

function coercionsPage() {
  const rows = COERCIONS.map(({ id, from, to, example }) => [`\`${id}\``, from, to, example]);
  return `${note("packages/columnar/src/pack/coercions.ts")}\n\n# Coercions\n\nWhat is done to a value whose type is not that of its column. All of them are lossless, and each is counted in the report of the run;\na value that would lose something is rejected instead.\n\n${table(["Name", "From", "To", "Example"], rows)}\n`;
}

/** One table for each mapping of a JSON Schema, in the order of its keys. */
function schemaPage(title, source, intro, schema, root = schema) {
  const sections = [];
  // A type that contains itself (any JSON value) is shown as "any", one level deep.
  const within = new Set();
  const resolve = (part) => {
    if (!part?.$ref) return part;
    if (within.has(part.$ref)) return {};
    within.add(part.$ref);
    const found = resolve(at(schema, part.$ref));
    within.delete(part.$ref);
    return isJsonValue(found) ? {} : found;
  };
  const walk = (path, given) => {
    const part = resolve(given);
    const rows = [];
    const inner = [];
    for (const [key, value] of Object.entries(part.properties ?? {})) {
      const shape = resolve(value);
      const required = part.required?.includes(key) ? " (required)" : "";
      rows.push([
        `\`${key}\`${required}`,
        typeText(shape, resolve),
        value.description ?? shape.description ?? "",
      ]);
      const nested = mapping(shape, resolve);
      if (nested) inner.push([path === "" ? key : `${path}.${key}`, nested]);
    }
    if (rows.length > 0)
      sections.push(
        `${path === "" ? "## Top level" : `## \`${path}\``}\n\n${table(["Key", "Type", "Meaning"], rows)}\n`,
      );
    for (const [name, nested] of inner) walk(name, nested);
  };
  walk("", mapping(root, resolve) ?? root);
  return `${note(source)}\n\n# ${title}\n\n${intro}\n\n${sections.join("\n")}`;
}

/** Whether a type is any JSON value: an alternative of it is a list or mapping of itself. */
const isJsonValue = (part) =>
  (part.anyOf ?? []).some(
    (option) =>
      option.type === "array" &&
      option.items?.$ref &&
      (part.anyOf ?? []).some((other) => other.type === "null"),
  );

const at = (schema, ref) =>
  ref
    .replace(/^#\/?/, "")
    .split("/")
    .filter(Boolean)
    .reduce((part, key) => part[key.replaceAll("~1", "/")], schema);

/** The part of a type that has keys, if any: an object, the items of a list, the first such alternative. */
function mapping(shape, resolve) {
  if (Object.keys(shape.properties ?? {}).length > 0) return shape;
  if (shape.items) return mapping(resolve(shape.items), resolve);
  if (typeof shape.additionalProperties === "object")
    return mapping(resolve(shape.additionalProperties), resolve);
  for (const option of shape.anyOf ?? shape.oneOf ?? shape.allOf ?? []) {
    const found = mapping(resolve(option), resolve);
    if (found) return found;
  }
  return undefined;
}

function typeText(shape, resolve) {
  if (shape.enum) return shape.enum.map((value) => `\`${value}\``).join(", ");
  if (shape.const !== undefined) return `\`${shape.const}\``;
  if (shape.anyOf ?? shape.oneOf)
    return [
      ...new Set((shape.anyOf ?? shape.oneOf).map((option) => typeText(resolve(option), resolve))),
    ].join(" or ");
  if (shape.type === "array") return `list of ${typeText(resolve(shape.items ?? {}), resolve)}`;
  if (shape.type === "object") return "mapping";
  return [shape.type ?? "any"].flat().join(" or ");
}

const pages = {
  "errors.md": errorsPage(),
  "coercions.md": coercionsPage(),
  "job.md": schemaPage(
    "Job file",
    "packages/engine/src/job/job-schema.ts",
    "Every key of a job file. Unknown keys are errors that name the nearest known one; `connection`, `credentials`, `options` and\n`incremental` take any key, for they belong to the plugin. `${VAR}` and `${VAR:-default}` are replaced in every value.\n\nEditors complete job files with the JSON Schema: put `# yaml-language-server: $schema=./.dativo/job.schema.json` at the top, and\n`dativo schema --write` beside it.",
    jobJsonSchema(),
  ),
  "asset.md": schemaPage(
    "Asset definition",
    "packages/engine/src/job/asset-schema.ts",
    "The schema of an object, as an ODCS 3.0.2 document. The older form, with everything under `asset:`, is read too.",
    assetJsonSchema(),
    assetJsonSchema().$defs.asset,
  ),
  "report.md": schemaPage(
    "Run report",
    "packages/engine/src/report/run-report.ts",
    "What `.dativo/runs/<run>/report.json` and `dativo run --json` hold.",
    runReportJsonSchema(),
  ),
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const files = Object.fromEntries(
  Object.entries(pages).map(([name, text]) => [`docs/reference/${name}`, text]),
);
for (const document of ["README.md", "docs/quickstart.md", "docs/python.md"])
  files[document] = embedExamples(readFileSync(root + document, "utf8"));

mkdirSync(`${root}docs/reference`, { recursive: true });
const check = process.argv.includes("--check");
const stale = [];
for (const [path, text] of Object.entries(files)) {
  if (!check) writeFileSync(root + path, text);
  else if (read(root + path) !== text) stale.push(path);
}
if (stale.length > 0) {
  console.error(`Stale: ${stale.join(", ")}\nRun: npm run generate`);
  process.exit(1);
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
