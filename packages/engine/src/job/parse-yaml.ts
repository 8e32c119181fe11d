import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLError,
} from "yaml";
import { configError, configIssue, throwIssues } from "./config-error.js";
import { formatKeyPath, type KeyPath } from "./key-path.js";
import { type Place, Places, type ValuePlace } from "./places.js";

/** A YAML file as plain values, with the place of each. */
export interface ParsedYaml {
  readonly value: Readonly<Record<string, unknown>>;
  readonly places: Places;
}

/** Values that a file may have once its aliases are expanded; a job file has some dozens. */
const MOST_VALUES = 100_000;

/**
 * Parses a YAML file that holds one mapping.
 *
 * Anchors, aliases and merge keys (`<<`) are resolved; keys are always text. Messages never quote values.
 *
 * @throws DativoError `CONFIG_SYNTAX`, `CONFIG_INVALID`
 */
export function parseYaml(text: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    merge: true,
    logLevel: "error",
  });
  const list = "empty" in documents ? [] : documents;
  throwIssues(worthTelling(list).map((error) => syntaxIssue(error, text, file, lines)));
  const [document, second] = list;
  if (document === undefined || document.contents === null || isNull(document.contents))
    throw configError([
      configIssue({
        code: "CONFIG_SYNTAX",
        file,
        line: 1,
        column: 1,
        problem: "The file is empty.",
        hint: "A job needs at least source and target; dativo init writes one.",
      }),
    ]);
  if (second !== undefined) throw configError([secondDocument(second, file, lines)]);
  if (!isMap(document.contents)) throw configError([notMapping(document.contents, file, lines)]);
  return new TreeReader(document, text, file, lines).read();
}

/** The first error of form, as those after it mostly follow from it; or every key that is used twice. */
function worthTelling(documents: readonly Document[]): readonly YAMLError[] {
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  const ofForm = errors.filter((error) => error.code !== "DUPLICATE_KEY").sort((a, b) => a.pos[0] - b.pos[0]);
  return ofForm.length > 0 ? ofForm.slice(0, 1) : errors;
}

function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

function placeAt(offset: number, file: string, lines: LineCounter): Place {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? { file, line: 1, column: 1 } : { file, line, column: col };
}

function secondDocument(document: Document, file: string, lines: LineCounter) {
  const place = placeAt(document.contents?.range?.[0] ?? document.range?.[0] ?? 0, file, lines);
  return configIssue({
    code: "CONFIG_SYNTAX",
    ...place,
    problem: "A second document starts here (after ---).",
    hint: "Put each job in a file of its own.",
  });
}

function notMapping(node: Node, file: string, lines: LineCounter) {
  return configIssue({
    code: "CONFIG_INVALID",
    ...placeAt(node.range?.[0] ?? 0, file, lines),
    problem: `The file holds ${isSeq(node) ? "a list" : "a single value"}, but should hold keys with values.`,
    hint: "Start with the keys, such as source: and target:, at the left edge.",
  });
}

const NO_ANCHOR = "The value starts with *, which refers to an anchor, and there is no such anchor.";
const QUOTE_HINT = "Put the value in quotes.";

/** What to say of an error of the parser; its own messages may quote the file, and with it a secret. */
function syntaxIssue(error: YAMLError, text: string, file: string, lines: LineCounter) {
  const place = placeAt(error.pos[0], file, lines);
  const say = (problem: string, hint: string) =>
    configIssue({ code: "CONFIG_SYNTAX", ...place, problem, hint });
  const around = text.slice(Math.max(0, error.pos[0] - 1), error.pos[0] + 2);
  if (around.includes("${"))
    return say(
      "A reference stands without quotes inside { } or [ ], where YAML gives its braces another meaning.",
      'Write it in quotes: "${NAME}".',
    );
  switch (error.code) {
    case "TAB_AS_INDENT":
      return say("The line is indented with a tab.", "Indent with spaces; YAML does not allow tabs.");
    case "DUPLICATE_KEY": {
      const key = /^["']?([\w$.-]{1,60})/.exec(text.slice(error.pos[0]))?.[1];
      return say(
        key === undefined ? "The same key is used twice." : `The key "${key}" is used twice.`,
        "Keep one of them.",
      );
    }
    case "BAD_ALIAS":
    case "ALIAS_PROPS":
      return say(NO_ANCHOR, QUOTE_HINT);
    case "TAG_RESOLVE_FAILED":
    case "BAD_COLLECTION_TYPE":
    case "MULTIPLE_TAGS":
      return say("The value starts with !, which marks a type, and there is no such type.", QUOTE_HINT);
    case "BAD_SCALAR_START":
      return say("The value starts with a character that YAML keeps for itself.", QUOTE_HINT);
    case "BAD_DQ_ESCAPE":
      return say(
        "A backslash inside double quotes starts no known escape.",
        "Write \\\\ for a backslash, or use single quotes.",
      );
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY":
      return say(
        "There is a second colon, or the indentation does not fit.",
        'Put a value that contains ": " in quotes, and indent the keys of one level alike.',
      );
    case "NON_STRING_KEY":
      return say("A key is not text.", "Use plain words as keys.");
    case "BAD_INDENT":
      return say(
        "The indentation does not fit the lines above.",
        "Indent the keys of one level alike, with spaces, and close every bracket.",
      );
    case "MISSING_CHAR":
      return say(
        `Something is missing: ${error.message}.`,
        "Close every quote and bracket, and write a space after a colon.",
      );
    case "MULTIPLE_DOCS":
      return say("A second document starts here (after ---).", "Put each job in a file of its own.");
    case "RESOURCE_EXHAUSTION":
      return say("The file is nested too deeply.", "A job needs a few levels only.");
    default:
      return say(
        "The file is not valid YAML here.",
        "Check quotes, brackets, colons and indentation of this line and the one above.",
      );
  }
}

/** Turns the nodes of a document into values, and notes where each stands. */
class TreeReader {
  private count = 0;
  private readonly places: Places;
  private readonly open = new Set<Node>();

  constructor(
    private readonly document: Document,
    private readonly text: string,
    private readonly file: string,
    private readonly lines: LineCounter,
  ) {
    this.places = new Places({ file, line: 1, column: 1 });
  }

  read(): ParsedYaml {
    const value = this.value(this.document.contents as Node, [], undefined) as Record<string, unknown>;
    return { value, places: this.places };
  }

  private value(node: Node | null, path: KeyPath, key: Place | undefined): unknown {
    this.count += 1;
    if (this.count > MOST_VALUES)
      this.fail(
        node,
        path,
        `Its aliases expand to more than ${MOST_VALUES} values.`,
        "Write the values out, or use fewer aliases.",
      );
    if (node === null) {
      this.places.set(path, { value: key ?? this.places.top, ...(key === undefined ? {} : { key }) });
      return null;
    }
    if (isAlias(node)) {
      const target = node.resolve(this.document);
      if (target === undefined) this.fail(node, path, NO_ANCHOR, QUOTE_HINT);
      if (this.open.has(target)) this.fail(node, path, "The alias refers to what it is part of.", QUOTE_HINT);
      const value = this.value(target, path, key);
      // An error belongs to where the alias is used.
      const found = this.places.get(path);
      if (found !== undefined) this.places.set(path, { ...found, value: this.place(node) });
      return value;
    }
    this.places.set(path, this.valuePlace(node, key));
    if (isScalar(node)) return this.scalar(node, path);
    this.open.add(node);
    const value = isMap(node)
      ? this.mapping(node.items as Pair<Node, Node | null>[], path)
      : this.sequence(node.items as Node[], path);
    this.open.delete(node);
    return value;
  }

  private mapping(pairs: readonly Pair<Node, Node | null>[], path: KeyPath): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const merged: Node[] = [];
    for (const pair of pairs) {
      const key = pair.key;
      const name = isScalar(key) ? (key.source ?? String(key.value)) : "";
      if (isScalar(key) && name === "<<" && key.type === "PLAIN") {
        if (pair.value !== null) merged.push(pair.value);
        continue;
      }
      if (name === "__proto__" || (isScalar(key) && key.value === null))
        this.fail(
          key,
          path,
          name === "__proto__" ? "__proto__ cannot be a key." : "A key is empty.",
          "Use plain words as keys.",
        );
      result[name] = this.value(pair.value, [...path, name], this.place(key));
    }
    for (const source of merged) this.merge(source, path, result);
    return result;
  }

  /** Adds the keys of what a merge key names, where the mapping does not have them itself. */
  private merge(source: Node, path: KeyPath, into: Record<string, unknown>): void {
    const target = isAlias(source) ? source.resolve(this.document) : source;
    if (isSeq(target)) {
      for (const item of target.items) this.merge(item as Node, path, into);
      return;
    }
    if (!isMap(target) || this.open.has(target))
      this.fail(source, path, "<< does not name a mapping.", "Merge a mapping, such as <<: *defaults.");
    this.open.add(target);
    const missing = (target.items as Pair<Node, Node | null>[]).filter(
      ({ key }) => !isScalar(key) || !Object.hasOwn(into, key.source ?? ""),
    );
    const merged = this.mapping(missing, path);
    for (const [name, value] of Object.entries(merged)) if (!Object.hasOwn(into, name)) into[name] = value;
    this.open.delete(target);
  }

  private sequence(items: readonly (Node | null)[], path: KeyPath): unknown[] {
    return items.map((item, index) => this.value(item, [...path, index], undefined));
  }

  private scalar(node: Scalar, path: KeyPath): unknown {
    const { value } = node;
    if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value))
      this.fail(
        node,
        path,
        "The number has more digits than a number can hold exactly.",
        "Put it in quotes.",
      );
    if (
      value === null ||
      typeof value === "string" ||
      typeof value === "number" ||
      typeof value === "boolean"
    )
      return value;
    this.fail(node, path, "The value is of a type that a job cannot hold.", QUOTE_HINT);
  }

  private valuePlace(node: Node, key: Place | undefined): ValuePlace {
    const value = this.place(node);
    const raw = isScalar(node) && node.range ? this.text.slice(node.range[0], node.range[1]) : "";
    return {
      value,
      ...(raw.includes("${") && !raw.includes("\n") ? { raw } : {}),
      ...(key === undefined ? {} : { key }),
      ...(isScalar(node) && node.type === "PLAIN" && node.source !== undefined
        ? { plainText: node.source }
        : {}),
    };
  }

  private place(node: Node): Place {
    return placeAt(node.range?.[0] ?? 0, this.file, this.lines);
  }

  private fail(node: Node | null, path: KeyPath, problem: string, hint: string): never {
    const place = node === null ? this.places.valueAt(path) : this.place(node);
    throw configError([
      configIssue({ code: "CONFIG_SYNTAX", ...place, key: formatKeyPath(path), problem, hint }),
    ]);
  }
}
