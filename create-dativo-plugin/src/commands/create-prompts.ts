import * as clack from "@clack/prompts";
import type { Answers } from "../answers/answers.js";
import { checkAnswer } from "../answers/check-answers.js";
import { AUTHS, KINDS, LANGUAGES } from "../answers/choices.js";
import { DEFAULT_OBJECTS } from "../answers/defaults.js";
import type { ConflictPolicy } from "../command-line/options.js";
import { Failure } from "../failure.js";
import type { TemplateBundle } from "../template/template-bundle.js";
import { ProjectFolder } from "../tree/project-folder.js";
import { type CreateFlags, checkDirectory } from "./create-flags.js";
import { type CreateRequest, requestFrom } from "./create-request.js";

/**
 * Asks for what the flags leave open, at most six questions.
 *
 * @throws Failure `CANCELLED` when the person leaves
 */
export async function askForMissing(flags: CreateFlags, bundle: TemplateBundle): Promise<CreateRequest> {
  clack.intro("create-dativo-plugin");
  const given: { -readonly [Key in keyof Answers]?: Answers[Key] } = { ...flags.given };
  const directory = flags.directory ?? (await askDirectory(given.name));
  const policy = flags.policy ?? (await askPolicy(directory));
  given.kind ??= await choose("What does the plugin do?", KINDS);
  const { kind } = given;
  given.lang ??= await choose(
    "In which language?",
    LANGUAGES,
    (lang) => bundle.templates[`${lang}-${kind}`] !== undefined,
  );
  given.auth ??= await choose("How is the API signed in to?", AUTHS);
  given.objects ??= await askObjects(kind);
  const install =
    flags.install ?? (await confirm(`Install the dependencies with ${given.pm ?? "npm"}, and verify?`));
  clack.outro("Writing the project.");
  return requestFrom({ ...flags, directory, given, policy, install });
}

async function askDirectory(name: string | undefined): Promise<string> {
  const answer = await clack.text({
    message: "Where should it be?",
    placeholder: name ?? "my-reader",
    defaultValue: name ?? "my-reader",
    validate: (value) => problemOf(() => checkDirectory(value || name || "my-reader", name !== undefined)),
  });
  return answered(answer);
}

/** What to do with a folder that is in use; asked only then. */
async function askPolicy(directory: string): Promise<ConflictPolicy | undefined> {
  const folder = new ProjectFolder(directory);
  if (folder.isEmpty()) return undefined;
  const answer = answered(
    await clack.select<ConflictPolicy>({
      message: `${folder.root} is not empty. What about files that are in the way?`,
      options: [
        { value: "abort", label: "Leave", hint: "write nothing" },
        { value: "skip", label: "Keep them", hint: "write only what is missing" },
        { value: "merge", label: "Merge", hint: "with conflict markers where they differ" },
        { value: "overwrite", label: "Overwrite them" },
      ],
    }),
  );
  if (answer === "abort") throw cancelled();
  return answer;
}

async function askObjects(kind: Answers["kind"]): Promise<readonly string[]> {
  const fallback = DEFAULT_OBJECTS.join(",");
  const answer = await clack.text({
    message:
      kind === "reader" ? "Which objects does it read first?" : "Which objects does its sample job write?",
    placeholder: fallback,
    defaultValue: fallback,
    validate: (value) => problemOf(() => checkAnswer("objects", value || fallback, "objects")),
  });
  return checkAnswer("objects", answered(answer), "objects");
}

async function choose<Choice extends string>(
  message: string,
  choices: Readonly<Record<Choice, { readonly label: string; readonly hint: string }>>,
  isThere: (choice: Choice) => boolean = () => true,
): Promise<Choice> {
  const options = (Object.keys(choices) as Choice[])
    .filter(isThere)
    .map((value) => ({ value, label: choices[value].label, hint: choices[value].hint }));
  return answered(await clack.select({ message, options: options as never })) as Choice;
}

async function confirm(message: string): Promise<boolean> {
  return answered(await clack.confirm({ message }));
}

function answered<Value>(answer: Value): Exclude<Value, symbol> {
  if (clack.isCancel(answer)) throw cancelled();
  return answer as Exclude<Value, symbol>;
}

function cancelled(): Failure {
  return new Failure("CANCELLED", "Cancelled. Nothing was written.");
}

function problemOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.hint === undefined ? error.message : `${error.message} ${error.hint}.`;
  }
}
