import type { Answers } from "./answers.js";
import { PACKAGE_MANAGERS } from "./choices.js";

/** The command that makes the same project again, byte for byte. */
export function recreateCommand(answers: Answers, version: string, folder: string = answers.name): string {
  const { pm } = answers;
  const create = `${PACKAGE_MANAGERS[pm].create}@${version}`;
  // npm keeps options to itself unless they stand after `--`; the others hand everything on.
  const words = [quoted(folder), ...(pm === "npm" ? ["--"] : []), ...answerFlags(answers), "--yes"];
  return `${create} ${words.join(" ")}`;
}

/** Every answer as a flag. */
function answerFlags(answers: Answers): string[] {
  const { lang, kind, name, description, auth, objects, modes, license, pm, ci } = answers;
  return [
    `--lang ${lang}`,
    `--kind ${kind}`,
    `--name ${name}`,
    `--description ${quoted(description)}`,
    `--auth ${auth}`,
    `--objects ${objects.join(",")}`,
    ...(kind === "writer" ? [`--modes ${modes.join(",")}`] : []),
    `--license ${license}`,
    `--pm ${pm}`,
    ...(ci ? [] : ["--no-ci"]),
  ];
}

/** A word as a shell takes it: in double quotes where every shell reads them alike, else as POSIX shells do. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!/["`$\\!%]/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
