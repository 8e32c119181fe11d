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
  /** Whether the function goes on staging, and only nobody hears of it. @default false */
  readonly lives?: boolean;
}

/** How a function that is none behaves. */
export interface SharedFunctionOptions {
  /** Goes wrong in an invocation, by its number from 1. */
  readonly breaks?: (invocation: number) => Break | undefined;
  /** Events of the reader after which the time of an invocation is over. */
  readonly time?: number;
}

/** A job whose plugins share a function. */
export function inFunction(job: ResolvedJob): ResolvedJob {
  const placement = { kind: "cloud", cloud: EXECUTION } as const;
  const named = (name: string) => parsePluginReference(`plugins.ts:${name}`);
  return {
    ...job,
    source: { ...job.source, customReader: named("r"), placement },
    target: { ...job.target, customWriter: named("w"), placement },
  };
}

/** Plugins in a function that is this process: all that goes in and comes out goes through JSON. */
export function sharedFunction(
  reader: Plugin,
  writer: Plugin,
  options: SharedFunctionOptions = {},
): PluginSources & { invocations: number; readonly lost: Promise<unknown>[] } {
  const lost: Promise<unknown>[] = [];
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
      signal: broken?.lives === true ? new AbortController().signal : signal,
    });
    let told = 0;
    for (;;) {
      if (told === broken?.after) {
        // One that is killed stages what it is in the middle of, and never ends.
        if (broken.lives === true) lost.push(drained(events).catch(() => undefined));
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

async function drained(events: AsyncGenerator<ReaderEvent, void>): Promise<void> {
  for await (const _event of events);
}

function copied<T extends ReaderEvent | JsonObject>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
