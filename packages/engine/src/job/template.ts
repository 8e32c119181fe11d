/** What a reference in a text refers to. */
export interface Reference {
  /** `variable`: `${NAME}`; `secret`: `${secret:NAME}`; `file`: `${file:/path}`. */
  readonly kind: "variable" | "secret" | "file";
  readonly name: string;
  /** What stands after `:-`; used when a variable is unset or empty, or a secret or file is not there. */
  readonly fallback?: readonly TemplatePart[];
  /** The reference up to its name, as written; for finding its place. */
  readonly opening: string;
}

/** Text as it is, or a reference to be filled in. */
export type TemplatePart = string | Reference;

/** A `${` that does not begin a reference. */
export class TemplateSyntaxError extends Error {
  constructor(
    message: string,
    /** The text from `${` on, up to the name at most. */
    readonly opening: string,
  ) {
    super(message);
  }
}

/**
 * Splits a text at its references: `${NAME}`, `${NAME:-fallback}`, `${secret:NAME}`, `${file:path}`.
 *
 * A fallback may hold references itself. `$${` stands for a literal `${`; a dollar sign before anything else is
 * a dollar sign.
 *
 * @throws TemplateSyntaxError
 */
export function parseTemplate(text: string): readonly TemplatePart[] {
  return new TemplateParser(text).parts(false);
}

/** Writes a text so that `parseTemplate` gives it back as it is. */
export function escapeTemplate(text: string): string {
  return text.replaceAll("${", "$$${");
}

const VARIABLE = /[A-Za-z_][A-Za-z0-9_]*/y;
const SECRET = /secret:[A-Za-z0-9_.-]+/y;
const FILE = /file:(?:(?!:-)[^}$])+/y;

class TemplateParser {
  private at = 0;
  constructor(private readonly text: string) {}

  /** Reads up to the end of the text, or up to the `}` that ends a fallback. */
  parts(inFallback: boolean): TemplatePart[] {
    const parts: TemplatePart[] = [];
    let literal = "";
    while (this.at < this.text.length && !(inFallback && this.text[this.at] === "}")) {
      if (this.text.startsWith("$${", this.at)) {
        literal += "${";
        this.at += 3;
      } else if (this.text.startsWith("${", this.at)) {
        if (literal !== "") parts.push(literal);
        literal = "";
        parts.push(this.reference());
      } else {
        literal += this.text[this.at];
        this.at += 1;
      }
    }
    if (literal !== "") parts.push(literal);
    return parts;
  }

  private reference(): Reference {
    const start = this.at;
    this.at += 2;
    const head = this.take(SECRET) ?? this.take(FILE) ?? this.take(VARIABLE);
    const opening = this.text.slice(start, this.at);
    if (head === undefined)
      throw new TemplateSyntaxError("${ is not followed by the name of a variable.", "${");
    const colon = head.indexOf(":");
    const kind = colon < 0 ? "variable" : (head.slice(0, colon) as "secret" | "file");
    const name = colon < 0 ? head : head.slice(colon + 1).trim();
    if (this.text.startsWith(":-", this.at)) {
      this.at += 2;
      const fallback = this.parts(true);
      this.close(opening);
      return { kind, name, fallback, opening };
    }
    this.close(opening);
    return { kind, name, opening };
  }

  private close(opening: string): void {
    if (this.text[this.at] !== "}")
      throw new TemplateSyntaxError(
        `${opening} is not closed with }, or is followed by something other than :- or }.`,
        opening,
      );
    this.at += 1;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}
