import type { Redactor } from "@dativo/protocol";
import { type ConfigIssue, configIssue } from "./config-error.js";
import type { Environment } from "./environment.js";
import { formatKeyPath, type KeyPath } from "./key-path.js";
import type { Place, Places } from "./places.js";
import { type SecretStore, SecretUnreadable } from "./secret-store.js";
import { addSecret, isSecretVariable } from "./secret-values.js";
import { parseTemplate, type Reference, type TemplatePart, TemplateSyntaxError } from "./template.js";

/** What references are filled in from. */
export interface ExpansionSources {
  readonly env: Environment;
  readonly secrets: SecretStore;
  readonly redactor: Redactor;
}

/** An expanded tree, and what could not be expanded. */
export interface Expanded {
  readonly value: unknown;
  readonly issues: readonly ConfigIssue[];
  /** Key paths (as text) of values that hold what a reference gave. */
  readonly expandedPaths: ReadonlySet<string>;
}

/**
 * Fills in the references of every text in a tree; keys are left as they are.
 *
 * What a variable holds is taken as it is: `${` in it is not expanded again. The result of an expansion is text,
 * also when it looks like a number; a text that is nothing but one reference to a secret in JSON form becomes
 * what the JSON holds.
 */
export function expandTree(
  tree: unknown,
  path: KeyPath,
  places: Places,
  sources: ExpansionSources,
): Expanded {
  const expander = new Expander(places, sources);
  const value = expander.tree(tree, path);
  return { value, issues: expander.issues, expandedPaths: expander.expandedPaths };
}

/** Thrown to leave a text unexpanded once its issue is noted. */
class Unresolved extends Error {}

class Expander {
  readonly issues: ConfigIssue[] = [];
  readonly expandedPaths = new Set<string>();

  constructor(
    private readonly places: Places,
    private readonly sources: ExpansionSources,
  ) {}

  tree(value: unknown, path: KeyPath): unknown {
    if (typeof value === "string") return value.includes("${") ? this.text(value, path) : value;
    if (Array.isArray(value)) return value.map((item, index) => this.tree(item, [...path, index]));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, this.tree(inner, [...path, key])]),
      );
    return value;
  }

  private text(text: string, path: KeyPath): unknown {
    try {
      const parts = parseTemplate(text);
      const [only] = parts;
      if (parts.some((part) => typeof part !== "string")) this.expandedPaths.add(formatKeyPath(path));
      if (parts.length === 1 && only !== undefined && typeof only !== "string")
        return this.reference(only, path);
      return this.join(parts, path);
    } catch (error) {
      if (error instanceof TemplateSyntaxError)
        this.note(
          "CONFIG_INVALID",
          path,
          error.opening,
          error.message,
          "Close the reference with }, or write $${ for a literal ${.",
        );
      else if (!(error instanceof Unresolved)) throw error;
      return text;
    }
  }

  private join(parts: readonly TemplatePart[], path: KeyPath): string {
    return parts
      .map((part) => {
        if (typeof part === "string") return part;
        const value = this.reference(part, path);
        if (typeof value === "string") return value;
        return this.fail(
          "CONFIG_INVALID",
          path,
          part.opening,
          `${part.opening}} holds several values, which cannot stand inside a text.`,
          "Let the reference be the whole value.",
        );
      })
      .join("");
  }

  private reference(reference: Reference, path: KeyPath): unknown {
    const found = reference.kind === "variable" ? this.variable(reference) : this.secret(reference, path);
    if (found !== undefined) return found;
    if (reference.fallback !== undefined) return this.join(reference.fallback, path);
    const { name, opening } = reference;
    switch (reference.kind) {
      case "variable":
        return this.fail(
          "CONFIG_UNSET_VARIABLE",
          path,
          opening,
          `\${${name}} is not set and has no default.`,
          `Set it (export ${name}=…), put it in .env, or write \${${name}:-value}.`,
        );
      case "secret":
        return this.fail(
          "SECRET_NOT_FOUND",
          path,
          opening,
          `There is no secret "${name}".`,
          `It was looked for at ${this.sources.secrets.looksFor(name)}.`,
        );
      case "file":
        return this.fail(
          "SECRET_NOT_FOUND",
          path,
          opening,
          `There is no secret file ${name}.`,
          "Create it, or correct the path; relative paths start at the project folder.",
        );
    }
  }

  private variable({ name, fallback }: Reference): string | undefined {
    const value = this.sources.env[name];
    // As in a shell, :- also stands in for a variable that is set to nothing.
    if (value === undefined || (value === "" && fallback !== undefined)) return undefined;
    if (isSecretVariable(name)) addSecret(this.sources.redactor, value);
    return value;
  }

  private secret({ kind, name, opening }: Reference, path: KeyPath): unknown {
    try {
      const value = kind === "file" ? this.sources.secrets.file(name) : this.sources.secrets.secret(name);
      addSecret(this.sources.redactor, value);
      return value;
    } catch (error) {
      if (!(error instanceof SecretUnreadable)) throw error;
      return this.fail(
        "SECRET_NOT_FOUND",
        path,
        opening,
        `The secret ${name} cannot be used: ${error.message}.`,
        "Correct the secret, or the format at the end of its name.",
      );
    }
  }

  private fail(
    code: ConfigIssue["code"],
    path: KeyPath,
    opening: string,
    problem: string,
    hint: string,
  ): never {
    this.note(code, path, opening, problem, hint);
    throw new Unresolved();
  }

  private note(
    code: ConfigIssue["code"],
    path: KeyPath,
    opening: string,
    problem: string,
    hint: string,
  ): void {
    this.issues.push(
      configIssue({ code, ...this.placeOf(path, opening), key: formatKeyPath(path), problem, hint }),
    );
  }

  /** Place of the reference itself when it can be found in the line, else of its value. */
  private placeOf(path: KeyPath, opening: string): Place {
    const found = this.places.get(path);
    const place = this.places.valueAt(path);
    const offset = found?.raw?.indexOf(opening) ?? -1;
    return offset < 0 || place.column === undefined ? place : { ...place, column: place.column + offset };
  }
}
