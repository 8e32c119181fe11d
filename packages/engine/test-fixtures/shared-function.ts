import {
  type CloudExecution,
  DativoError,
  type JsonObject,
  type Plugin,
  type PluginRuntime,
  parsePluginReference,
  type ReaderEvent,
  Redactor,
} from "@dativo/protocol";
import type { ResolvedJob } from "../src/job/resolved-job.js";
import type { PluginSources } from "../src/plan/plugins.js";
import { carryOut } from "../src/transfer/carry-out.js";
import { decodeTask } from "../src/transfer/transfer-task.js";

const EXECUTION: CloudExecution = {
  provider: "aws",
  runtime: "nodejs24.x",
  memoryMb: 512,
  timeoutSeconds: 300,
  environmentVariables: {},
  secrets: {},
  include: [],
  aws: { securityGroups: [], subnets: [], architecture: "x86_64" },
};

/** What goes wrong in an invocation, behind so many events that it told. */
export interface Break {
  readonly after: number;
  /** Events for which the function goes on, and only nobody hears of it. @default 0 */
  readonly lives?: number;
  /** Events that the next invocation tells before it goes on; it does so at once when nothing is said. */
  readonly beside?: number;
  /** Whether it fails after that, and discards what it has staged of the commits it is in. @default false */
  readonly fails?: boolean;
}

/** How a function that is none behaves. */
export interface SharedFunctionOptions {
  /** Goes wrong in an invocation, by its number from 1. */
  readonly breaks?: (invocation: number) => Break | undefined;
  /** Events of the reader after which the time of an invocation is over. */
  readonly time?: number;
}

/** A job whose plugins share a function, or have one each. */
export function inFunction(job: ResolvedJob, { apart = false } = {}): ResolvedJob {
  const placement = { kind: "cloud", cloud: EXECUTION } as const;
  const named = (name: string) => parsePluginReference(`plugins.ts:${name}`);
  return {
    ...job,
    source: { ...job.source, customReader: named("r"), placement },
    target: {
      ...job.target,
      customWriter: named("w"),
      placement: apart ? { ...placement, cloud: { ...EXECUTION, memoryMb: 1024 } } : placement,
    },
  };
}

/** Plugins in a function that is this process: all that goes in and comes out goes through JSON. */
export function sharedFunction(
  reader: Plugin,
  writer: Plugin,
  options: SharedFunctionOptions = {},
): PluginSources & { invocations: number; readonly lost: Promise<unknown>[] } {
  const lost: Promise<unknown>[] = [];
  /** A function that goes on beside the next invocation. */
  let stray: (Break & { readonly events: AsyncGenerator<ReaderEvent, void> }) | undefined;
  const goOn = async ({ events, lives = 0, fails }: NonNullable<typeof stray>): Promise<void> => {
    for (let event = 0; event < lives; event += 1) if ((await events.next()).done === true) return;
    if (fails === true) await events.return();
  };
  const transfer: NonNullable<Plugin["transfer"]> = async function* (open, signal) {
    sources.invocations += 1;
    const broken = options.breaks?.(sources.invocations);
    const source = await reader.openReader(open.reader);
    let seen = 0;
    const uncovered = new Set<string>();
    const events = carryOut(decodeTask(copied(open.task)), {
      reader: source,
      openWriter: (opening) => writer.openWriter({ ...open.writer, ...opening }),
      stop: (event) => {
        seen += 1;
        if (event.type === "batch") uncovered.add(event.object);
        if (event.type !== "checkpoint" && event.type !== "end") return false;
        uncovered.delete(event.object);
        return uncovered.size === 0 && seen >= (options.time ?? Number.POSITIVE_INFINITY);
      },
      redactor: new Redactor(),
      signal: broken?.lives === undefined ? signal : new AbortController().signal,
    });
    let told = 0;
    for (;;) {
      if (stray?.beside === told) {
        const other = stray;
        stray = undefined;
        await goOn(other);
      }
      if (told === broken?.after) {
        // One that is killed stages what it is in the middle of, and never ends.
        if (broken.beside !== undefined) stray = { ...broken, events };
        else if (broken.lives !== undefined) lost.push(goOn({ ...broken, events }).catch(() => undefined));
        throw new DativoError({ code: "CLOUD_INVOCATION_FAILED", message: "The function was killed." });
      }
      const next = await events.next();
      if (next.done === true) return;
      told += 1;
      yield copied(next.value);
    }
  };
  const runtime: PluginRuntime = {
    name: "cloud",
    placements: ["cloud"],
    handles: () => true,
    load: async (_reference, { kind, partner }) =>
      kind === "writer" ? writer : { ...reader, ...(partner === undefined ? {} : { transfer }) },
  };
  const sources = {
    runtimes: [runtime],
    builtins: { readers: {}, writers: {} },
    invocations: 0,
    lost,
  };
  return sources;
}

function copied<T extends ReaderEvent | JsonObject>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
