import { relative } from "node:path";
import { DativoError, type PluginReference } from "@dativo/protocol";
import type { BuildFailure, Message } from "esbuild";

/** Most further errors that are listed after the first. */
const MAX_FURTHER = 4;

/** Says whether esbuild threw this. */
export function isBuildFailure(thrown: unknown): thrown is BuildFailure {
  return thrown instanceof Error && Array.isArray((thrown as Partial<BuildFailure>).errors);
}

/** The error for a plugin that does not compile, with the line it is about. */
export function buildError(
  failure: BuildFailure,
  reference: PluginReference,
  folder: string,
  projectRoot: string,
): DativoError {
  const [first, ...further] = failure.errors;
  const where = (message: Message) => position(message, folder, projectRoot);
  const more = further.slice(0, MAX_FURTHER).map((message) => `\n${where(message) ?? ""} ${message.text}`);
  const missing = typeof first?.detail === "string" ? first.detail : undefined;
  const location = first?.location;
  return new DativoError({
    code: "PLUGIN_LOAD_FAILED",
    message: [
      `${(first && where(first)) ?? reference.location}: ${first?.text ?? failure.message}`,
      location ? sourceLine(location.line, location.column, location.lineText) : "",
      ...more,
    ].join(""),
    hint: missing === undefined ? undefined : `Install it in the plugin's project: npm install ${missing}`,
    details: {
      reference: reference.text,
      ...(location
        ? {
            file: location.file,
            line: location.line,
            column: location.column + 1,
            source_line: location.lineText,
          }
        : {}),
    },
    cause: failure,
  });
}

function position(message: Message, folder: string, projectRoot: string): string | undefined {
  const { location } = message;
  if (location === null) return undefined;
  const path = relative(projectRoot, `${folder}/${location.file}`);
  return `${path.startsWith("..") ? location.file : path}:${location.line}:${location.column + 1}`;
}

function sourceLine(line: number, column: number, text: string): string {
  const number = String(line);
  const before = text.slice(0, column).replace(/[^\t]/g, " ");
  return `\n  ${number} | ${text}\n  ${" ".repeat(number.length)} | ${before}^`;
}
