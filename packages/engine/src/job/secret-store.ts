import { readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import type { Environment } from "./environment.js";

/** Where the secrets of a job are looked for. */
export interface SecretStoreOptions {
  readonly env: Environment;
  readonly tenantId: string | undefined;
  readonly projectRoot: string;
  /** Folder of secret files. @default env DATIVO_SECRETS_DIR, else `.dativo/secrets` in the project folder */
  readonly secretsDir: string;
}

const FORMATS = ["json", "env", "text", "raw"] as const;
type SecretFormat = (typeof FORMATS)[number];

/** A secret that is there but cannot be read as its format says; never quotes it. */
export class SecretUnreadable extends Error {}

/**
 * Finds secrets in the environment (`DATIVO_SECRET__TENANT__NAME`, `DATIVO_SECRET__GLOBAL__NAME`, each with an
 * optional format at the end: `__json`, `__env`, `__text`, `__raw`) and in files (`<secrets>/<tenant>/<name>`,
 * `<secrets>/<name>`, with `.json`, `.env`, `.txt` or no ending).
 *
 * Without a format, text that is a JSON object or list is one, and anything else is text without the white space
 * around it; `raw` keeps that too.
 */
export class SecretStore {
  constructor(private readonly options: SecretStoreOptions) {}

  /** The secret of that name: text, or what its JSON holds; undefined when there is none. */
  secret(name: string): unknown {
    return this.fromEnvironment(name) ?? this.fromFiles(name);
  }

  /** Text of a file, without the line break at its end; undefined when there is none. */
  file(path: string): string | undefined {
    const text = readIfThere(isAbsolute(path) ? path : resolve(this.options.projectRoot, path));
    return text?.replace(/\r?\n$/, "");
  }

  /** Where `secret` looks, in order, for messages. */
  looksFor(name: string): string {
    const word = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
    const scopes = [
      ...(this.options.tenantId === undefined ? [] : [scopeWord(this.options.tenantId)]),
      "GLOBAL",
    ];
    return [
      ...scopes.map((scope) => `DATIVO_SECRET__${scope}__${word}`),
      join(this.options.secretsDir, name),
    ].join(", ");
  }

  private fromEnvironment(name: string): unknown {
    const wanted = nameWord(name);
    const scopes = [
      ...(this.options.tenantId === undefined ? [] : [scopeWord(this.options.tenantId)]),
      "GLOBAL",
      "ALL",
    ];
    for (const scope of scopes)
      for (const [variable, value] of Object.entries(this.options.env)) {
        const parts = variable.split("__");
        if (value === undefined || parts.length < 3 || parts[0]?.toUpperCase() !== "DATIVO_SECRET") continue;
        if (scopeWord(parts[1] ?? "") !== scope) continue;
        const format = formatOf(parts.at(-1));
        const words = parts.slice(2, format === undefined ? undefined : -1).filter((part) => part !== "");
        if (words.length > 0 && nameWord(words.join("_")) === wanted) return parseSecret(value, format);
      }
    return undefined;
  }

  private fromFiles(name: string): unknown {
    if (name === "." || name === "..") return undefined;
    const { tenantId, secretsDir } = this.options;
    for (const folder of [...(tenantId === undefined ? [] : [join(secretsDir, tenantId)]), secretsDir])
      for (const [ending, format] of [
        [".json", "json"],
        [".env", "env"],
        [".txt", "text"],
        ["", undefined],
      ] as const) {
        const text = readIfThere(join(folder, `${name}${ending}`));
        if (text !== undefined) return parseSecret(text, format);
      }
    return undefined;
  }
}

function parseSecret(text: string, format: SecretFormat | undefined): unknown {
  if (format === "raw") return text;
  if (format === "env") return parseEnv(text);
  const trimmed = text.trim();
  if (format === "text" || (format === undefined && !/^[[{]/.test(trimmed))) return trimmed;
  try {
    return JSON.parse(trimmed);
  } catch {
    if (format === undefined) return trimmed;
    throw new SecretUnreadable("it is not valid JSON");
  }
}

function formatOf(part: string | undefined): SecretFormat | undefined {
  return FORMATS.find((format) => format === part?.toLowerCase());
}

function nameWord(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "_");
}

function scopeWord(scope: string): string {
  return scope.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw new SecretUnreadable(`its file cannot be read (${code})`);
  }
}
