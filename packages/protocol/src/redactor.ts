import { secretPattern } from "./secret-pattern.js";

/** What a secret is replaced with. */
export const REDACTED = "[redacted]";

/** Shortest value that is searched for inside other text; shorter ones would tear ordinary words apart. */
const SHORTEST_SECRET = 4;

/** Shortest number that is taken for a secret: longer than a port, a year or a timeout. */
const SHORTEST_NUMBER = 6;

/** Longest value that is searched for in every form: a key or a token. A longer one is a document. */
const LONGEST_KEY = 1024;

/** Shortest line of a secret of several lines that is a secret by itself. */
const SHORTEST_LINE = 16;

/**
 * Removes secrets by value from everything that leaves the process.
 *
 * It knows a secret's plain, JSON-escaped and URL-encoded forms, and its base64 form, by itself or inside a longer
 * text that was encoded (`user:password`; secrets of eight bytes and more). Values shorter than four characters are
 * only replaced where they are the whole text. Documents (over 1024 characters) and the lines of secrets that have
 * several are known in their plain and JSON-escaped forms alone.
 *
 * @example
 * const redactor = new Redactor(); redactor.add("hunter22"); redactor.text("pw=hunter22") // "pw=[redacted]"
 */
export class Redactor {
  private readonly secrets = new Set<string>();
  private readonly short = new Set<string>();
  private readonly documents = new Set<string>();
  private search: Search | undefined;

  /**
   * Adds a secret; objects and arrays are added leaf by leaf.
   *
   * Numbers of fewer than six digits and booleans are ignored: they are ports and switches. Of a URL, its password
   * is added as well.
   */
  add(value: unknown): void {
    if (typeof value === "string") this.addText(value);
    else if (typeof value === "number" || typeof value === "bigint") {
      if (String(value).length >= SHORTEST_NUMBER) this.addText(String(value));
    } else if (typeof value === "object" && value !== null) {
      for (const inner of Object.values(value)) this.add(inner);
    }
  }

  /** Replaces every known secret in a text. */
  text(text: string): string {
    if (this.short.has(text)) return REDACTED;
    this.search ??= this.prepare();
    const { documents, pattern } = this.search;
    let redacted = text;
    for (const document of documents) redacted = redacted.replaceAll(document, REDACTED);
    return pattern === undefined || redacted.search(pattern) < 0
      ? redacted
      : replaceMatches(redacted, pattern);
  }

  /** Replaces every known secret in the texts and keys of a value, which is copied; an error becomes its text. */
  value<T>(value: T): T {
    return this.copy(value, new Set()) as T;
  }

  private addText(text: string): void {
    const trimmed = text.trim();
    if (trimmed === "") return;
    if (trimmed.length < SHORTEST_SECRET) {
      this.short.add(text).add(trimmed);
      return;
    }
    this.search = undefined;
    if (trimmed.length > LONGEST_KEY) this.addDocument(trimmed);
    else this.secrets.add(trimmed);
    const lines = trimmed.split(/\r?\n/);
    // A secret of several lines (a PEM key) also leaks line by line.
    if (lines.length > 1)
      for (const line of lines.map((line) => line.trim()))
        if (line.length >= SHORTEST_LINE && !line.startsWith("-----")) this.addDocument(line);
    const password = passwordOf(trimmed);
    if (password !== undefined && password !== trimmed) this.addText(password);
  }

  private addDocument(text: string): void {
    this.documents.add(text).add(JSON.stringify(text).slice(1, -1));
  }

  private prepare(): Search {
    const patterns = longestFirst(this.secrets).map(secretPattern);
    return {
      documents: longestFirst(this.documents),
      // A lookahead, so that a secret that begins inside another one is found too.
      pattern: patterns.length === 0 ? undefined : new RegExp(`(?=(${patterns.join("|")}))`, "g"),
    };
  }

  private copy(value: unknown, above: Set<object>): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Date || ArrayBuffer.isView(value)) return value;
    if (above.has(value)) return "[circular]";
    above.add(value);
    const copied = this.copyObject(value, above);
    above.delete(value);
    return copied;
  }

  private copyObject(value: object, above: Set<object>): unknown {
    if ("toJSON" in value && typeof value.toJSON === "function") return this.copy(value.toJSON(), above);
    if (value instanceof Error) return this.text(`${value.name}: ${value.message}`);
    if (value instanceof Map || value instanceof Set) return this.copy([...value], above);
    if (Array.isArray(value)) return value.map((item) => this.copy(item, above));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.text(key), this.copy(item, above)]),
    );
  }
}

interface Search {
  readonly documents: readonly string[];
  readonly pattern: RegExp | undefined;
}

function longestFirst(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => b.length - a.length);
}

/** Replaces what a lookahead pattern finds; matches that overlap or touch are replaced as one. */
function replaceMatches(text: string, pattern: RegExp): string {
  const parts: string[] = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const end = match.index + (match[1] as string).length;
    if (match.index > done || parts.length === 0) parts.push(text.slice(done, match.index), REDACTED);
    done = Math.max(done, end);
  }
  parts.push(text.slice(done));
  return parts.join("");
}

function passwordOf(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]*@/i.test(text)) return undefined;
  try {
    const { password } = new URL(text);
    return password === "" ? undefined : decodeURIComponent(password);
  } catch {
    return undefined; // not a URL after all
  }
}
