import Handlebars from "handlebars/dist/cjs/handlebars.js";
import { type Answers, templateName } from "../answers/answers.js";
import { AUTHS, PACKAGE_MANAGERS } from "../answers/choices.js";
import { recreateCommand } from "../answers/recreate.js";
import { Failure } from "../failure.js";
import type { TemplateBundle, TemplateFile } from "./template-bundle.js";

/** Text of every file, by its path in the project with `/`. */
export type Files = ReadonlyMap<string, string>;

/**
 * Renders a template; the same bundle and answers give the same bytes.
 *
 * @throws Failure `USAGE` when the bundle has no such template
 */
export function render(bundle: TemplateBundle, answers: Answers): Files {
  const template = bundle.templates[templateName(answers)];
  if (template === undefined)
    throw new Failure(
      "USAGE",
      `There is no template for a ${answers.kind} in ${answers.lang}.`,
      `There are ${Object.keys(bundle.templates).join(", ")}.`,
    );
  const context = contextOf(bundle.version, answers);
  const files = new Map<string, string>();
  for (const file of chosenFiles(template, answers)) {
    const objects = file.per === "object" ? answers.objects : [answers.objects[0] ?? ""];
    for (const object of objects)
      files.set(fill(file.path, { ...context, object }), fill(file.source, { ...context, object }));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Of every path the file that the answers fit best. */
function chosenFiles(template: readonly TemplateFile[], answers: Answers): TemplateFile[] {
  const chosen = new Map<string, TemplateFile>();
  const conditions = ({ when = {} }: TemplateFile) => Object.entries(when);
  for (const file of template) {
    const fits = conditions(file).every(([key, value]) => String(answers[key as keyof Answers]) === value);
    const other = chosen.get(file.path);
    if (fits && (other === undefined || conditions(other).length < conditions(file).length))
      chosen.set(file.path, file);
  }
  // A file without text says that with these answers there is none.
  return [...chosen.values()].filter(({ source }) => source !== "");
}

/** What templates may name. */
function contextOf(version: string, answers: Answers): Record<string, unknown> {
  const { name, auth, objects, modes, pm, license } = answers;
  const snake = name.replaceAll("-", "_");
  const envPrefix = snake.toUpperCase();
  return {
    ...answers,
    snake,
    envPrefix,
    pascal: pascalCase(name),
    license: license === "none" ? "UNLICENSED" : license,
    // The expression that SPDX has for terms of one's own.
    spdxLicense: license === "none" ? "LicenseRef-Proprietary" : license,
    objects: objects.map((object) => ({ name: object, pascal: pascalCase(object) })),
    sortedObjects: [...objects].sort().map((object) => ({ name: object, pascal: pascalCase(object) })),
    modes: modes.map((mode) => ({ name: mode, pascal: pascalCase(mode) })),
    has: Object.fromEntries(Object.keys(AUTHS).map((name) => [name, name === auth])),
    credentials: AUTHS[auth].keys.map((key) => ({ key, env: `${envPrefix}_${key.toUpperCase()}` })),
    pm: { name: pm, ...PACKAGE_MANAGERS[pm] },
    brace: "{",
    version,
    recreate: recreateCommand(answers, version),
  };
}

function pascalCase(text: string): string {
  return text
    .split(/[-_]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

const compiled = new Map<string, (context: unknown) => string>();

function fill(source: string, context: Record<string, unknown>): string {
  const template = compiled.get(source) ?? Handlebars.compile(source, { strict: true, noEscape: true });
  compiled.set(source, template);
  return template(context);
}

// Text in double quotes as JSON has it, which TypeScript, YAML, TOML, Rust and Python read alike.
Handlebars.registerHelper("quoted", (text: unknown) => JSON.stringify(text));
// The same as a literal of TypeScript, in the quotes that formatters take: those that have to be escaped less.
Handlebars.registerHelper("literal", (value: unknown) => {
  const text = String(value);
  const [single, double] = ["'", '"'].map((quote) => text.split(quote).length) as [number, number];
  if (double <= single) return JSON.stringify(text);
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
});
Handlebars.registerHelper("upper", (text: unknown) => String(text).toUpperCase());
