import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildRustLibraries, hasCargo } from "../native/rust-libraries.js";
import { noLibraries } from "../python/python-here.js";
import { alternating, sample, some } from "../sample.js";
import { CLOUD_READERS, type CloudReader, readerProject, visibleRecords } from "./cloud-readers.js";
import { type CloudReport, goesOnAfterKill, recordsHere, runsAsHere } from "./cloud-runs.js";
import { aws, type EmulatedProvider, gcp } from "./providers.js";

/** Seconds after which the provider ends an invocation. */
const TIMEOUT_SECONDS = 4;

/** What goes wrong in each run: refusals, a killed process, a cut response, a process that stands still. */
const FAULTS = [
  { kind: "throttle", times: 2 },
  { kind: "kill", afterBytes: 60_000 },
  { kind: "truncate", afterBytes: 70_000 },
  { kind: "stall", afterBytes: 80_000 },
] as const;

const [typescript] = CLOUD_READERS as [CloudReader];

beforeAll(async () => {
  if (hasCargo) await buildRustLibraries();
});

const missing = { TypeScript: false, Python: noLibraries !== undefined, Rust: !hasCargo };

for (const [name, start, turn] of [
  ["aws", () => aws(), 0],
  ["gcp", gcp, 1],
] as const)
  describe(`what goes wrong in the functions of ${name} loses and doubles nothing`, () => {
    let provider: EmulatedProvider;
    beforeAll(async () => {
      provider = await start();
    });
    afterAll(() => provider.emulator.dispose());

    const alternate = alternating(test, turn);

    for (const reader of sample(CLOUD_READERS, some(1, 2, turn)))
      test.skipIf(missing[reader.language])(
        `of a reader in ${reader.language}: 429, a kill, a cut response, a timeout`,
        async () => {
          const { emulator } = provider;
          emulator.faults.clear();
          for (const fault of FAULTS) emulator.faults.add(fault);
          const { timeouts, throttles } = emulator.counters;
          const report = await runsAsHere(reader, {
            provider,
            settings: { timeoutSeconds: TIMEOUT_SECONDS },
          });
          // Each of them has happened, in the middle of the extraction.
          expect(emulator.faults.happened.map(({ kind }) => kind).sort()).toEqual([
            "kill",
            "stall",
            "throttle",
            "throttle",
            "truncate",
          ]);
          expect(emulator.counters.throttles - throttles).toBe(2);
          expect(emulator.counters.timeouts - timeouts).toBeGreaterThanOrEqual(1);
          // Three broke off, so that the extraction took four at least.
          expect(report.cloud[0]?.invocations).toBeGreaterThanOrEqual(4);
        },
      );

    alternate("of a coordinator that is killed, and goes on", () =>
      goesOnAfterKill(typescript, { provider }),
    );

    alternate("of two coordinators of one job at once", async () => {
      const project = readerProject(typescript, { provider, pageMs: 25 });
      const both = await Promise.all(
        [1, 2].map(() => project.dativo(["run", "job.yaml"], { env: provider.env })),
      );
      const codes = both.map(({ code }) => code).sort();
      expect(codes, both.map(({ stderr }) => stderr).join("\n")).toEqual([0, expect.any(Number)]);
      expect(codes[1]).toBeGreaterThan(0);
      expect(both.map(({ stderr }) => stderr).join("")).toContain("JOB_LOCKED");
      expect(visibleRecords(project)).toEqual(await recordsHere(typescript));
      project.remove();
    });

    alternate("of two coordinators on machines of their own, which share one function", async () => {
      const projects = [1, 2].map(() => readerProject(typescript, { provider, pageMs: 5 }));
      const created = () =>
        provider.emulator.calls.filter(
          ({ operation, status }) => operation === "CreateFunction" && status < 300,
        ).length;
      const before = created();
      const reports = await Promise.all(
        projects.map(async (project) => {
          const ended = await project.dativo(["run", "job.yaml", "--json"], { env: provider.env });
          expect(ended.code, ended.stderr).toBe(0);
          return JSON.parse(ended.stdout) as CloudReport;
        }),
      );
      expect(created() - before).toBeLessThanOrEqual(1);
      expect(new Set(reports.map(({ cloud }) => cloud[0]?.function)).size).toBe(1);
      for (const project of projects) {
        expect(visibleRecords(project)).toEqual(await recordsHere(typescript));
        project.remove();
      }
    });
  });

describe("where Lambda streams no responses", () => {
  let provider: EmulatedProvider;
  beforeAll(async () => {
    provider = await aws({ responseStreaming: false });
  });
  afterAll(() => provider.emulator.dispose());

  for (const reader of sample(CLOUD_READERS, some(1, 3, 2)))
    test.skipIf(missing[reader.language])(
      `a reader in ${reader.language} answers at once, also after a kill`,
      async () => {
        const { faults, calls } = provider.emulator;
        faults.clear();
        faults.add({ kind: "kill", afterBytes: 100_000 });
        const report = await runsAsHere(reader, {
          provider,
          // More than one answer holds.
          ...(reader.library === undefined ? {} : { rows: 100_000 }),
        });
        expect(faults.happened.map(({ kind }) => kind)).toEqual(["kill"]);
        expect(calls.filter(({ operation }) => operation === "Invoke").length).toBeGreaterThanOrEqual(3);
        if (reader.library !== undefined) expect(report.cloud[0]?.invocations).toBeGreaterThanOrEqual(4);
        expect(report.cloud[0]?.billed_ms).toBeGreaterThan(0);
      },
    );
});
