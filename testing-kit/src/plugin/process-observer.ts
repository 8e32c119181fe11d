import { Socket } from "node:net";
import { leakedHandles, openResources } from "@dativo/runtime-node";
import type { ReaderLab } from "./reader-lab.js";

/** What a plugin did to the process it ran in. */
export interface Observed {
  /** Texts that it printed, one an attempt. */
  readonly printed: readonly string[];
  /** Hosts beyond this machine that it tried to connect to. */
  readonly hosts: readonly string[];
  /** Kinds of resources that were open after close and not before, and how many. */
  readonly leaked: Readonly<Record<string, number>>;
  /** Names of what it changed. */
  readonly changed: readonly string[];
}

const LOCAL = new Set(["127.0.0.1", "localhost", "::1", undefined, ""]);

/**
 * Runs something in this process and watches what the plugin in it does to the process.
 *
 * The hooks stand in front of the guards of the runtime, so they must be in place only while nothing else runs.
 *
 * @param warmUp Run once before, so that what the runtime itself sets up is not taken for the plugin's doing
 */
export async function observed(
  warmUp: () => Promise<unknown>,
  work: () => Promise<unknown>,
): Promise<Observed> {
  await warmUp();
  const before = openResources();
  const state = processState();
  const printed: string[] = [];
  const hosts = new Set<string>();
  const restore = [watchPrints(printed), watchSockets(hosts)];
  try {
    await work();
  } finally {
    for (const undo of restore.reverse()) undo();
  }
  const leaked = await leakedHandles(before);
  return { printed, hosts: [...hosts].sort(), leaked, changed: changesSince(state) };
}

/** Runs a full read in this process and watches what the plugin does to it. */
class ReaderObserver {
  private readonly seen = new WeakMap<ReaderLab, Promise<Observed>>();

  /** What one read of a lab's plugin did; looked at once. */
  read(lab: ReaderLab): Promise<Observed> {
    let found = this.seen.get(lab);
    if (found === undefined) {
      found = observed(
        () => lab.sessionAlone("in_process", {}, (session) => session.check()),
        () => lab.sessionAlone("in_process", {}, (session) => session.read()),
      );
      this.seen.set(lab, found);
    }
    return found;
  }
}

/** One for this process, since its hooks are too. */
export const PROCESS_OBSERVER = new ReaderObserver();

function watchPrints(printed: string[]): () => void {
  const undo: (() => void)[] = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    const original = console[method];
    console[method] = (...values: unknown[]) =>
      void printed.push(`console.${method}: ${values.map(String).join(" ").slice(0, 120)}`);
    undo.push(() => {
      console[method] = original;
    });
  }
  for (const [name, stream] of [
    ["stdout", process.stdout],
    ["stderr", process.stderr],
  ] as const) {
    const original = stream.write;
    stream.write = ((chunk: unknown, ...rest: unknown[]) => {
      printed.push(`${name}: ${String(chunk).trim().slice(0, 120)}`);
      const done = rest.find((argument) => typeof argument === "function") as (() => void) | undefined;
      if (done !== undefined) process.nextTick(done);
      return true;
    }) as typeof stream.write;
    undo.push(() => {
      stream.write = original;
    });
  }
  return () => {
    for (const one of undo) one();
  };
}

function watchSockets(hosts: Set<string>): () => void {
  const original = Socket.prototype.connect;
  Socket.prototype.connect = function (this: Socket, ...given: unknown[]) {
    const [first] = given;
    const options = (Array.isArray(first) ? first[0] : first) as
      | { host?: string; port?: number; path?: string }
      | number;
    const host = typeof options === "object" && options.path === undefined ? options.host : undefined;
    if (LOCAL.has(host)) return Reflect.apply(original, this, given);
    hosts.add(`${host}:${typeof options === "object" ? options.port : options}`);
    process.nextTick(() =>
      this.destroy(
        Object.assign(new Error(`The testing kit allows no connection to ${host}.`), {
          code: "ECONNREFUSED",
        }),
      ),
    );
    return this;
  } as typeof original;
  return () => {
    Socket.prototype.connect = original;
  };
}

interface ProcessState {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly globals: readonly string[];
  readonly prototypes: readonly number[];
  readonly listeners: number;
}

const PROTOTYPES = {
  "Object.prototype": Object.prototype,
  "Array.prototype": Array.prototype,
  "String.prototype": String.prototype,
};

function processState(): ProcessState {
  return {
    cwd: process.cwd(),
    env: { ...process.env },
    globals: Object.getOwnPropertyNames(globalThis),
    prototypes: Object.values(PROTOTYPES).map((prototype) => Object.getOwnPropertyNames(prototype).length),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

function changesSince(before: ProcessState): string[] {
  const after = processState();
  const names = new Set([...Object.keys(before.env), ...Object.keys(after.env)]);
  const prototypes = Object.keys(PROTOTYPES).filter(
    (_name, index) => before.prototypes[index] !== after.prototypes[index],
  );
  return [
    ...(before.cwd === after.cwd ? [] : ["the working folder"]),
    ...[...names]
      .filter((name) => before.env[name] !== after.env[name])
      .map((name) => `the variable ${name}`),
    ...after.globals.filter((name) => !before.globals.includes(name)).map((name) => `the global ${name}`),
    ...prototypes,
    ...(after.listeners > before.listeners ? ["the listeners of the process"] : []),
  ];
}
