import { DativoError } from "./error.js";
import { type Field, type FieldType, MAX_DECIMAL_PRECISION } from "./field-type.js";

/** Words that asset definitions of the existing platform use, and the type each stands for. */
const ALIASES: Readonly<Record<string, FieldType>> = {
  string: { kind: "string" },
  text: { kind: "string" },
  varchar: { kind: "string" },
  str: { kind: "string" },
  uuid: { kind: "string" },
  integer: { kind: "integer" },
  int: { kind: "integer" },
  bigint: { kind: "integer" },
  long: { kind: "integer" },
  smallint: { kind: "integer" },
  number: { kind: "number" },
  float: { kind: "number" },
  double: { kind: "number" },
  real: { kind: "number" },
  boolean: { kind: "boolean" },
  bool: { kind: "boolean" },
  date: { kind: "date" },
  timestamp: { kind: "timestamp", zone: false },
  datetime: { kind: "timestamp", zone: false },
  timestamptz: { kind: "timestamp", zone: true },
  timestamp_tz: { kind: "timestamp", zone: true },
  instant: { kind: "timestamp", zone: true },
  binary: { kind: "binary" },
  bytes: { kind: "binary" },
  json: { kind: "json" },
  object: { kind: "json" },
  array: { kind: "json" },
  any: { kind: "json" },
};

/** The words `parseFieldType` knows, for messages that suggest the nearest one. */
export const FIELD_TYPE_WORDS: readonly string[] = [...Object.keys(ALIASES), "decimal", "list", "struct"];

/**
 * Writes a field type as text, such as `decimal(10,2)`, `timestamp_tz` or `list<struct<a: integer>>`.
 * A required member carries a trailing `!`. Member names that are not plain words are quoted as JSON strings.
 *
 * @example
 * formatFieldType({ kind: "list", item: { kind: "integer" } }) // "list<integer>"
 */
export function formatFieldType(type: FieldType): string {
  switch (type.kind) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "timestamp":
      return type.zone ? "timestamp_tz" : "timestamp";
    case "list":
      return `list<${formatFieldType(type.item)}>`;
    case "struct":
      return `struct<${type.fields.map(formatMember).join(", ")}>`;
    default:
      return type.kind;
  }
}

function formatMember(field: Field): string {
  const name = /^[A-Za-z_][A-Za-z0-9_]*$/.test(field.name) ? field.name : JSON.stringify(field.name);
  return `${name}: ${formatFieldType(field.type)}${field.required ? "!" : ""}`;
}

/**
 * Reads the text form of a field type; the inverse of `formatFieldType`, and forgiving about case,
 * white space and the aliases of existing asset definitions (`int`, `float`, `datetime`, `object` …).
 *
 * @throws DativoError `CONFIG_INVALID` naming the word and the column at which the text stops making sense.
 * @example
 * parseFieldType("Decimal(10, 2)") // { kind: "decimal", precision: 10, scale: 2 }
 */
export function parseFieldType(text: string): FieldType {
  const parser = new TypeTextParser(text);
  const type = parser.type();
  parser.end();
  return type;
}

class TypeTextParser {
  private at = 0;
  constructor(private readonly text: string) {}

  type(): FieldType {
    const start = this.skipSpace();
    const word = this.word();
    const lower = word.toLowerCase();
    if (lower === "decimal" || lower === "numeric") return this.decimal(start);
    if (lower === "list") return { kind: "list", item: this.enclosed(() => this.type()) };
    if (lower === "struct") return { kind: "struct", fields: this.enclosed(() => this.members()) };
    if (lower === "timestamp" && this.takeWords("with", "time", "zone"))
      return { kind: "timestamp", zone: true };
    const alias = Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : undefined;
    if (alias === undefined) this.fail(start, word === "" ? "a type" : `a known type, not "${word}"`);
    return alias;
  }

  end(): void {
    this.skipSpace();
    if (this.at < this.text.length) this.fail(this.at, "the end of the type");
  }

  private decimal(start: number): FieldType {
    if (!this.take("(")) return { kind: "decimal", precision: MAX_DECIMAL_PRECISION, scale: 9 };
    const precision = this.integer();
    const scale = this.take(",") ? this.integer() : 0;
    this.expect(")");
    if (precision < 1 || precision > MAX_DECIMAL_PRECISION || scale > precision)
      this.fail(start, `decimal(p,s) with 1 ≤ p ≤ ${MAX_DECIMAL_PRECISION} and 0 ≤ s ≤ p`);
    return { kind: "decimal", precision, scale };
  }

  private members(): Field[] {
    const fields: Field[] = [];
    this.skipSpace();
    if (this.text[this.at] === ">") return fields;
    do {
      this.skipSpace();
      const start = this.at;
      const name = this.text[this.at] === '"' ? this.quoted() : this.word();
      if (name === "" && this.text[start] !== '"') this.fail(start, "a member name");
      this.expect(":");
      const type = this.type();
      fields.push(this.take("!") ? { name, type, required: true } : { name, type });
    } while (this.take(","));
    return fields;
  }

  private enclosed<T>(inside: () => T): T {
    this.expect("<");
    const value = inside();
    this.expect(">");
    return value;
  }

  private quoted(): string {
    const match = /"(?:[^"\\]|\\.)*"/y;
    match.lastIndex = this.at;
    const found = match.exec(this.text);
    if (!found) this.fail(this.at, "a closing quote");
    this.at = match.lastIndex;
    try {
      return JSON.parse(found[0]) as string;
    } catch {
      this.fail(this.at, "a name quoted as a JSON string");
    }
  }

  private word(): string {
    this.skipSpace();
    const match = /[A-Za-z_][A-Za-z0-9_]*/y;
    match.lastIndex = this.at;
    const found = match.exec(this.text);
    if (!found) return "";
    this.at = match.lastIndex;
    return found[0];
  }

  private takeWords(...words: string[]): boolean {
    const back = this.at;
    for (const expected of words) {
      if (this.word().toLowerCase() !== expected) {
        this.at = back;
        return false;
      }
    }
    return true;
  }

  private integer(): number {
    this.skipSpace();
    const match = /\d{1,4}/y;
    match.lastIndex = this.at;
    const found = match.exec(this.text);
    if (!found) this.fail(this.at, "a number");
    this.at = match.lastIndex;
    return Number(found[0]);
  }

  private take(sign: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  private expect(sign: string): void {
    if (!this.take(sign)) this.fail(this.at, `"${sign}"`);
  }

  private skipSpace(): number {
    while (this.at < this.text.length && /\s/.test(this.text[this.at] as string)) this.at += 1;
    return this.at;
  }

  private fail(at: number, expected: string): never {
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: `"${this.text}" is not a field type: column ${at + 1} should be ${expected}.`,
      hint: `Known types: ${FIELD_TYPE_WORDS.join(", ")}; for example decimal(10,2), list<string>, struct<a: integer>.`,
    });
  }
}
