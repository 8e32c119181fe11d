import type { ObjectState, ResolvedJob } from "@dativo/engine";
import { DativoError, type Json } from "@dativo/protocol";
import type { CommandHandler } from "../command.js";
import { openEngine } from "../open-engine.js";
import { readJob } from "../read-job.js";
import { counted } from "../terminal/numbers.js";
import { formatTable } from "../terminal/table.js";

/** `dativo state show`: where each object was left. */
export const stateShow: CommandHandler<"state show"> = async ({
  arguments: { job: path, object },
  context,
}) => {
  const job = readJob(path, context);
  const engine = await openEngine(job);
  const states = Object.entries(await engine.state(job)).filter(
    ([name]) => object === undefined || name === object,
  );
  const { colours } = context.stdout;
  return {
    json: () => ({
      job: job.key,
      objects: Object.fromEntries(states.map(([name, state]) => [name, shownState(state, job)])),
    }),
    text: () =>
      states.length === 0
        ? [
            object === undefined
              ? `${job.name} has no state; the next run reads everything.`
              : `${object} has no state; the next run reads all of it.`,
          ]
        : formatTable(
            states.map(([name, state]) => {
              const { position, run_id, files } = shownState(state, job);
              return [
                colours.bold(name),
                JSON.stringify(position),
                colours.dim(`${counted(files, "file")}  ${run_id === "" ? "set by hand" : run_id}`),
              ];
            }),
          ),
  };
};

/** `dativo state set`: the position where the next run starts. */
export const stateSet: CommandHandler<"state set"> = async ({
  arguments: { job: path, object, value },
  context,
}) => {
  const job = readJob(path, context);
  const position = parsePosition(value);
  const engine = await openEngine(job);
  await engine.setState(job, object, position);
  return {
    json: () => ({ job: job.key, object, position }),
    text: () => [
      `${context.stdout.colours.green("✔")} The next run of ${path} reads ${object} from ${JSON.stringify(position)}.`,
    ],
  };
};

/** `dativo state reset`: forgets positions. */
export const stateReset: CommandHandler<"state reset"> = async ({
  arguments: { job: path, object },
  context,
}) => {
  const job = readJob(path, context);
  const engine = await openEngine(job);
  const forgotten = await engine.resetState(job, object);
  return {
    json: () => ({ job: job.key, reset: forgotten }),
    text: () =>
      forgotten.length === 0
        ? ["There was no state to forget."]
        : [
            `${context.stdout.colours.green("✔")} The next run of ${path} reads ${forgotten.join(", ")} from the start.`,
          ],
  };
};

/** A state without its schema, and without secrets that a position may hold. */
function shownState({ state, fileCounter, runId, sequence }: ObjectState, job: ResolvedJob) {
  return { position: job.redactor.value(state), files: fileCounter, run_id: runId, sequence };
}

function parsePosition(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new DativoError({
      code: "USAGE",
      message: `${text} is not JSON.`,
      hint: "Write a text in double quotes inside single ones: '\"2026-01-01\"'; see the present position with dativo state show --json.",
      cause,
    });
  }
}
