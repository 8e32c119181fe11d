import { createHash } from "node:crypto";
import type { Answers } from "../answers/answers.js";
import { checkAnswer } from "../answers/check-answers.js";
import { withDefaults } from "../answers/defaults.js";
import { Failure } from "../failure.js";
import type { Files } from "../template/render.js";
import type { ProjectFolder } from "../tree/project-folder.js";

/** Where a project keeps what it was made from. */
export const RECORD_PATH = ".dativo/scaffold.json";

const FORMAT = 1;

/** What a project was made from: enough to make it again, and to tell what its owner changed. */
export interface ScaffoldRecord {
  /** Version of create-dativo-plugin whose templates the files are from. */
  readonly version: string;
  readonly answers: Answers;
  /** Numbers of the migrations that were applied or not needed. */
  readonly migrations: readonly number[];
  /** SHA-256 of every file as it was generated, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Hash of a file's text, whatever its line ends. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}

/** The record as it is written. */
export function recordText(record: ScaffoldRecord): string {
  const { version, answers, migrations, files } = record;
  const document = { format: FORMAT, generator: "create-dativo-plugin", version, answers, migrations, files };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The record of files just rendered. */
export function recordOf(
  version: string,
  answers: Answers,
  files: Files,
  migrations: readonly number[],
): ScaffoldRecord {
  return {
    version,
    answers,
    migrations,
    files: Object.fromEntries([...files].map(([path, text]) => [path, hashOf(text)])),
  };
}

/**
 * Reads the record of a project; it may have been edited, so that nothing in it is trusted.
 *
 * @throws Failure `NOT_A_PROJECT`
 */
export function readRecord(folder: ProjectFolder): ScaffoldRecord {
  const text = folder.read(RECORD_PATH);
  if (text === undefined)
    throw new Failure(
      "NOT_A_PROJECT",
      `${folder.root} holds no ${RECORD_PATH}.`,
      "Run this in a project that create-dativo-plugin made, and keep that file in version control.",
    );
  try {
    return checkRecord(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof Failure && cause.code === "NOT_A_PROJECT") throw cause;
    throw new Failure(
      "NOT_A_PROJECT",
      `${RECORD_PATH} cannot be read: ${(cause as Error).message}`,
      "Restore it from version control.",
    );
  }
}

function checkRecord(document: unknown): ScaffoldRecord {
  if (!isMapping(document) || !isMapping(document.answers) || !isMapping(document.files))
    throw new Error("it is not a record of create-dativo-plugin");
  if (document.format !== FORMAT)
    throw new Failure(
      "NOT_A_PROJECT",
      `${RECORD_PATH} is of format ${JSON.stringify(document.format)}, and this version reads ${FORMAT}.`,
      "Use a newer one: npx create-dativo-plugin@latest",
    );
  const { version, answers, files, migrations } = document;
  if (typeof version !== "string" || !/^\d+\.\d+\.\d+[\w.+-]*$/.test(version))
    throw new Error("version is not a version");
  const checked: Record<string, unknown> = {};
  const known = withDefaults({ name: "x" });
  for (const key of Object.keys(known) as (keyof Answers)[])
    if (answers[key] !== undefined) checked[key] = checkAnswer(key, answers[key], `answers.${key}`);
  const name = checkAnswer("name", answers.name, "answers.name");
  return {
    version,
    answers: withDefaults({ ...(checked as Partial<Answers>), name }),
    migrations: Array.isArray(migrations) ? migrations.filter((number) => Number.isInteger(number)) : [],
    files: Object.fromEntries(Object.entries(files).filter(([, hash]) => typeof hash === "string")) as Record<
      string,
      string
    >,
  };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
