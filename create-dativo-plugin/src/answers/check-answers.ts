import { nearestName } from "@dativo/protocol";
import { Failure } from "../failure.js";
import type { Answers } from "./answers.js";
import { AUTHS, KINDS, LANGUAGES, LICENSES, MODES, PACKAGE_MANAGERS } from "./choices.js";
import {
  descriptionProblem,
  objectNameFrom,
  objectNameProblem,
  projectNameFrom,
  projectNameProblem,
} from "./names.js";

/** Objects a project may start with. */
const MAX_OBJECTS = 50;

const CHECKS: { readonly [Key in keyof Answers]: (value: unknown, flag: string) => Answers[Key] } = {
  name: (value, flag) => {
    const name = textOf(value, flag);
    const problem = projectNameProblem(name);
    if (problem === undefined) return name;
    const better = projectNameFrom(name);
    throw new Failure("USAGE", `${flag}: ${JSON.stringify(name)} ${problem}.`, suggestion(flag, better));
  },
  description: (value, flag) => {
    const text = textOf(value, flag);
    const problem = descriptionProblem(text);
    if (problem !== undefined) throw new Failure("USAGE", `${flag} ${problem}.`);
    return text;
  },
  lang: choiceOf(LANGUAGES),
  kind: choiceOf(KINDS),
  auth: choiceOf(AUTHS),
  license: choiceOf(LICENSES),
  pm: choiceOf(PACKAGE_MANAGERS),
  objects: (value, flag) => {
    const names = listOf(value, flag);
    if (names.length === 0) throw new Failure("USAGE", `${flag} needs at least one name.`);
    if (names.length > MAX_OBJECTS) throw new Failure("USAGE", `${flag} takes at most ${MAX_OBJECTS} names.`);
    for (const name of names) checkObjectName(name, flag);
    return names;
  },
  modes: (value, flag) => listOf(value, flag).map((mode) => choiceOf(MODES)(mode, flag)),
  ci: (value, flag) => {
    if (typeof value !== "boolean") throw new Failure("USAGE", `${flag} is a switch and takes no value.`);
    return value;
  },
};

/**
 * Checks one answer, given as a flag or read from a project.
 *
 * @throws Failure `USAGE` that names the flag and suggests what may be meant
 */
export function checkAnswer<Key extends keyof Answers>(
  key: Key,
  value: unknown,
  flag: string = `--${key}`,
): Answers[Key] {
  return CHECKS[key](value, flag);
}

/** Checks the name of an object. @throws Failure `USAGE` */
export function checkObjectName(name: string, flag: string): string {
  const problem = objectNameProblem(name);
  if (problem === undefined) return name;
  throw new Failure(
    "USAGE",
    `${flag}: ${JSON.stringify(name)} ${problem}.`,
    suggestion(flag, objectNameFrom(name)),
  );
}

function suggestion(flag: string, better: string | undefined): string | undefined {
  if (better === undefined) return undefined;
  return flag.startsWith("-") ? `Try ${flag} ${better}` : `Try ${better}`;
}

function textOf(value: unknown, flag: string): string {
  if (typeof value === "string") return value;
  throw new Failure("USAGE", `${flag} needs a text.`);
}

function listOf(value: unknown, flag: string): string[] {
  const items = typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(items) || items.some((item) => typeof item !== "string"))
    throw new Failure("USAGE", `${flag} needs names, separated by commas.`);
  const names = (items as string[]).map((item) => item.trim()).filter((item) => item !== "");
  return [...new Set(names)];
}

function choiceOf<Choice extends string>(choices: Readonly<Record<Choice, unknown>>) {
  const names = Object.keys(choices) as Choice[];
  return (value: unknown, flag: string): Choice => {
    if (names.includes(value as Choice)) return value as Choice;
    const nearest = typeof value === "string" ? nearestName(value, names) : undefined;
    throw new Failure(
      "USAGE",
      `${flag} is one of ${names.join(", ")}, not ${JSON.stringify(value)}.`,
      suggestion(flag, nearest),
    );
  };
}
