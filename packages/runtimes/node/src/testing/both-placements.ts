import type { ReaderInstance, WriterInstance } from "@dativo/protocol";
import { afterAll, beforeAll, describe } from "vitest";
import { PluginBench } from "./plugin-bench.js";
import {
  PluginProject,
  type ReaderBodies,
  readerFile,
  type WriterBodies,
  writerFile,
} from "./plugin-project.js";

/** Statements of a sample reader's `extract`. */
export const BEGIN = 'yield { type: "object", object: { name: "items", incremental: false } };';
export const END = 'yield { type: "end", object: "items" };';
export const batch = (rows: string) =>
  `yield { type: "batch", object: "items", data: { form: "rows", rows: ${rows} } };`;

/** One body out of many, chosen by `connection.case`, so that one loaded plugin serves many cases. */
export function oneOf(bodies: readonly string[]): string {
  const cases = bodies.map((body, index) => `case ${index}: { ${body} break; }`);
  return `switch (Number(config.connection.case)) { ${cases.join("\n")} }`;
}

/** Makes plugins in one of the placements. */
export interface PlacementKit {
  readonly kind: "in_process" | "child_process";
  bench(file: string, callTimeoutSeconds?: number): PluginBench;
  reader(
    bodies: ReaderBodies,
    callTimeoutSeconds?: number,
  ): Promise<{ bench: PluginBench; reader: ReaderInstance }>;
  writer(
    bodies: WriterBodies,
    callTimeoutSeconds?: number,
  ): Promise<{ bench: PluginBench; writer: WriterInstance }>;
}

const EVENTS = ["uncaughtException", "unhandledRejection"] as const;

/** Declares the same tests for plugins in this process and in a child process. */
export function inBothPlacements(name: string, tests: (kit: PlacementKit) => void): void {
  // What plugins throw where nothing catches it must reach the guards, and not the test runner.
  const theirs = new Map<string, NodeJS.UncaughtExceptionListener[]>();
  beforeAll(() => {
    for (const event of EVENTS) {
      theirs.set(event, process.listeners(event as "uncaughtException"));
      process.removeAllListeners(event);
    }
  });
  afterAll(() => {
    for (const event of EVENTS)
      for (const listener of theirs.get(event) ?? []) process.on(event as "uncaughtException", listener);
  });
  describe.each(["in_process", "child_process"] as const)(`${name} (%s)`, (kind) => {
    const bench = (file: string, callTimeoutSeconds = 20) =>
      new PluginBench(new PluginProject({ "plugin.ts": file }), { kind, callTimeoutSeconds });
    tests({
      kind,
      bench,
      reader: async (bodies, callTimeoutSeconds) => {
        const own = bench(readerFile(bodies), callTimeoutSeconds);
        return { bench: own, reader: await own.reader() };
      },
      writer: async (bodies, callTimeoutSeconds) => {
        const own = bench(writerFile(bodies), callTimeoutSeconds);
        return { bench: own, writer: await own.writer() };
      },
    });
  });
}
