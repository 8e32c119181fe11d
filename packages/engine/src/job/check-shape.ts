import type { Redactor } from "@dativo/protocol";
import { nearestNames } from "@dativo/protocol";
import type { z } from "zod";
import { type ConfigIssue, configIssue } from "./config-error.js";
import { formatKeyPath, type KeyPath } from "./key-path.js";
import type { Places } from "./places.js";
import { knownKeys } from "./schema-keys.js";

/** What `checkShape` needs to know of a value beside the value. */
export interface ShapeContext {
  readonly places: Places;
  /** Path of the value in its file. */
  readonly path: KeyPath;
  /** Key paths (as text) whose texts came from references. */
  readonly expandedPaths: ReadonlySet<string>;
  readonly redactor: Redactor;
  /** Code of what is wrong with a value. @default CONFIG_INVALID */
  readonly invalidCode?: "CONFIG_INVALID" | "ASSET_INVALID";
}

/** A value of the right shape, or what is wrong with it. */
export type Shaped<T> =
  | { readonly value: T; readonly issues: readonly [] }
  | { readonly value?: undefined; readonly issues: readonly ConfigIssue[] };

/**
 * Checks a value against its definition.
 *
 * Where a number or boolean is wanted and a reference gave text that reads as one, it is converted; where text is
 * wanted and an unquoted number or boolean was written, the text as written is taken (`version: 1.10`).
 */
export function checkShape<S extends z.ZodType>(
  schema: S,
  input: unknown,
  context: ShapeContext,
): Shaped<z.infer<S>> {
  let value = input;
  for (;;) {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { value: parsed.data, issues: [] };
    const converted = parsed.error.issues.reduce((tree, issue) => convert(tree, issue, context), value);
    if (converted === value) {
      const issues = parsed.error.issues.flatMap((issue) => describe(issue, value, schema, context));
      return { issues };
    }
    value = converted;
  }
}

/** The tree with the value that an issue is about converted, when it can be. */
function convert(tree: unknown, issue: z.core.$ZodIssue, context: ShapeContext): unknown {
  if (issue.code !== "invalid_type") return tree;
  const path = issue.path as KeyPath;
  const value = valueAt(tree, path);
  const full = [...context.path, ...path];
  if (issue.expected === "string" && (typeof value === "number" || typeof value === "boolean")) {
    const text = context.places.get(full)?.plainText;
    return text === undefined ? tree : replaceAt(tree, path, text);
  }
  if (typeof value !== "string" || !context.expandedPaths.has(formatKeyPath(full))) return tree;
  if (
    (issue.expected === "number" || issue.expected === "int") &&
    /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim())
  )
    return replaceAt(tree, path, Number(value));
  if (issue.expected === "boolean" && /^(true|false)$/i.test(value.trim()))
    return replaceAt(tree, path, value.trim().toLowerCase() === "true");
  return tree;
}

function describe(
  issue: z.core.$ZodIssue,
  tree: unknown,
  schema: z.ZodType,
  context: ShapeContext,
): ConfigIssue[] {
  const invalidCode = context.invalidCode ?? "CONFIG_INVALID";
  const path = [...context.path, ...(issue.path as KeyPath)];
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, issue.path as KeyPath);
    return issue.keys.map((key) => {
      const near = nearestNames(key, known);
      return configIssue({
        code: invalidCode === "ASSET_INVALID" ? invalidCode : "CONFIG_UNKNOWN_KEY",
        ...context.places.keyAt([...path, key]),
        key: formatKeyPath([...path, key]),
        problem: `There is no key "${key}"${path.length === 0 ? "" : ` in ${formatKeyPath(path)}`}.`,
        hint:
          near.length > 0
            ? `Did you mean ${near.join(" or ")}?`
            : `Known keys${path.length === 0 ? "" : ` of ${formatKeyPath(path)}`}: ${known.join(", ")}.`,
      });
    });
  }
  const value = valueAt(tree, issue.path as KeyPath);
  const wanted = expectation(issue);
  const missing = value === undefined;
  return [
    configIssue({
      code: invalidCode,
      ...context.places.valueAt(path),
      key: formatKeyPath(path),
      problem: missing
        ? `It is missing; it should be ${wanted}.`
        : `It should be ${wanted}, but is ${context.redactor.text(whatItIs(value, path))}.`,
      hint: hintFor(issue, value, path),
    }),
  ];
}

function hintFor(issue: z.core.$ZodIssue, value: unknown, path: KeyPath): string {
  if (value === undefined) return `Add ${formatKeyPath(path)}.`;
  if (issue.code === "invalid_value" && typeof value === "string") {
    const [near] = nearestNames(value, issue.values.map(String));
    if (near !== undefined) return `Did you mean ${near}?`;
  }
  if (issue.code === "invalid_type" && issue.expected === "array" && typeof value === "string")
    return "Write it as a list, such as [one, two].";
  if (
    issue.code === "invalid_type" &&
    issue.expected === "string" &&
    (typeof value === "number" || typeof value === "boolean")
  )
    return "Put it in quotes.";
  if (
    issue.code === "invalid_type" &&
    typeof value === "string" &&
    ["number", "int", "boolean"].includes(issue.expected)
  )
    return "Write it without quotes.";
  return "Correct the value.";
}

/** What a definition asks for, in words. */
function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeWords[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.length === 1
        ? String(issue.values[0])
        : `one of ${[...new Set(issue.values.map((value) => String(value).toLowerCase()))].join(", ")}`;
    case "too_small":
      return bound("at least", "more than", issue.minimum, issue.inclusive, issue.origin);
    case "too_big":
      return bound("at most", "less than", issue.maximum, issue.inclusive, issue.origin);
    case "invalid_format":
      return "letters, digits, dots, dashes and underscores, starting with a letter or digit";
    case "invalid_union":
      return [...new Set(issue.errors.flat().map(expectation))].join(" or ");
    default:
      return "something else";
  }
}

function bound(
  inclusiveWords: string,
  exclusiveWords: string,
  limit: number | bigint,
  inclusive: boolean | undefined,
  origin: string,
): string {
  const words = `${inclusive === false ? exclusiveWords : inclusiveWords} ${limit}`;
  if (origin === "string")
    return Number(limit) === 1 ? "a text that is not empty" : `a text of ${words} characters`;
  if (origin === "array")
    return Number(limit) === 1 ? "a list that is not empty" : `a list of ${words} items`;
  return `a number of ${words}`;
}

const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping (keys with values)",
  record: "a mapping (keys with values)",
};

/** What a value is, in words; a text is quoted unless it stands where secrets do. */
function whatItIs(value: unknown, path: KeyPath): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (path.includes("credentials") || path.includes("dsn"))
    return `a ${typeof value === "string" ? "text" : typeof value}`;
  if (typeof value === "string")
    return value === ""
      ? "an empty text"
      : `the text "${value.length > 60 ? `${value.slice(0, 57)}…` : value}"`;
  return String(value);
}

function valueAt(tree: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    tree,
  );
}

function replaceAt(tree: unknown, [part, ...rest]: KeyPath, value: unknown): unknown {
  if (part === undefined) return value;
  if (Array.isArray(tree))
    return tree.map((item, index) => (index === part ? replaceAt(item, rest, value) : item));
  const mapping = tree as Record<string, unknown>;
  return { ...mapping, [part]: replaceAt(mapping[part], rest, value) };
}
