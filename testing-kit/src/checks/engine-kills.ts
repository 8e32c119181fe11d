import { FAULT_POINTS, type FaultPoint } from "@dativo/engine";
import type { JsonObject, Row } from "@dativo/protocol";
import { createEngineHarness, type EngineHarness } from "../harness/engine-harness.js";
import { SAMPLE_ROWS, SAMPLE_SOURCE } from "../harness/sample-source.js";
import { canonical, Multiset } from "../plugin/canonical.js";
import type { ReaderSubject, WriterSubject } from "../plugin/subject.js";
import { readerCheck, writerCheck } from "./check.js";
import { fail, notApplicable } from "./check-failure.js";
import { mustBeReadable, storedDifference } from "./writer/stored.js";

/** Points that are passed at each checkpoint, where a kill in the middle of a run says most. */
const MIDDLE = new Set<FaultPoint>([
  "commit.after",
  "state.before",
  "commit.before",
  "write.after",
  "state.after",
  "flush.after",
  "journal.prepare.after",
  "journal.committed.after",
]);

/** A commit at every checkpoint, so that a kill finds something half done. */
const POLICY: JsonObject = { max_records: 1 };

/** Kills a run at each point, takes it up again, and hands the finished harness on. */
async function killedEverywhere(
  make: () => Promise<EngineHarness>,
  examine: (engine: EngineHarness, what: string) => Promise<void>,
): Promise<void> {
  for (const point of [...MIDDLE, ...FAULT_POINTS.filter((name) => !MIDDLE.has(name))]) {
    await using engine = await make();
    const occurrence = MIDDLE.has(point) ? 2 : 1;
    const { killed } = await engine.crash(point, occurrence);
    if (!killed) continue; // the run is too short to come here so often
    const what = `The run was killed at ${point} (${occurrence === 1 ? "the first time" : "the second time"}) and taken up again.`;
    const report = await engine.run();
    if (report.exit_code > 1)
      fail(`${what}\nIt then failed with ${report.error?.error_code}: ${report.error?.message}`);
    await examine(engine, what);
  }
}

export const readerSurvivesKills = readerCheck({
  id: "R4.kill",
  clause: "2.4",
  group: "incremental",
  tier: "chaos",
  needs: ["incremental"],
  title: "A run that is killed anywhere and taken up again has every record once",
  why: "This is what the engine promises with a reader that keeps its word, and what a user counts on.",
  how: "Runs the engine into a temporary target, kills its process at every step, runs it again, and compares the target with that of an undisturbed run.",
  async run(lab) {
    await lab.baseline();
    const { subject } = lab;
    const { objects } = await lab.about();
    const job = {
      source: sourceOf(subject, objects),
      target: { type: "temporary" },
      checkpoint: POLICY,
      schema_validation_mode: "warn",
    };
    const make = () =>
      createEngineHarness({
        job: job as unknown as JsonObject,
        cwd: subject.projectRoot,
        ...(subject.mock === undefined
          ? {}
          : { mock: { start: () => (subject.mock as NonNullable<typeof subject.mock>).start() } }),
      });
    const wanted = new Map<string, readonly Row[]>();
    {
      await using undisturbed = await make();
      const report = await undisturbed.run();
      if (report.exit_code > 1)
        fail(`An undisturbed run failed with ${report.error?.error_code}: ${report.error?.message}`);
      for (const object of objects) wanted.set(object, await undisturbed.records(object));
    }
    await killedEverywhere(make, async (engine, what) => {
      for (const [object, rows] of wanted) {
        const got = await engine.records(object);
        const missing = new Multiset(got).missing(rows);
        const added = new Multiset(rows).missing(got);
        if (missing.length === 0 && added.length === 0) continue;
        fail(`${what}\n${object} has ${got.length} records; an undisturbed run gives ${rows.length}.`, {
          difference: [
            ...missing.slice(0, 3).map((row) => `missing  ${canonical(row).slice(0, 100)}`),
            ...added.slice(0, 3).map((row) => `twice    ${canonical(row).slice(0, 100)}`),
          ].join("\n"),
        });
      }
    });
  },
});

export const writerSurvivesKills = writerCheck({
  id: "W3.kill",
  clause: "3.3",
  group: "commit",
  tier: "chaos",
  title:
    "A run that is killed anywhere and taken up again has every record in the target, once if commits are idempotent",
  why: "This is what the engine promises with a writer that keeps its word, and what a user counts on.",
  how: "Runs the engine from a source of six pages, kills its process at every step, runs it again, and reads the target without the writer.",
  async run(lab) {
    await mustBeReadable(lab);
    const { files } = await lab.baseline();
    if (!files) notApplicable("The target is not a folder of files.");
    const { spec } = await lab.about();
    const { subject } = lab;
    const job = {
      source: { type: SAMPLE_SOURCE, objects: ["people"] },
      target: targetOf(subject),
      checkpoint: POLICY,
      schema_validation_mode: "warn",
    };
    const make = () => createEngineHarness({ job: job as unknown as JsonObject, cwd: subject.projectRoot });
    await killedEverywhere(make, async (engine, what) => {
      const visible = await engine.records("people");
      const difference = storedDifference(SAMPLE_ROWS, visible);
      if (difference === undefined) return;
      const lost = difference.split("\n").some((line) => line.endsWith("missing"));
      if (spec.idempotentCommit === true || lost)
        fail(`${what}\n${visible.length} records are visible, ${SAMPLE_ROWS.length} should be.`, {
          difference,
        });
    });
  },
});

/** A reader's source as a job file writes it. */
function sourceOf({ source, reference }: ReaderSubject, objects: readonly string[]): object {
  const { connection, credentials, files, tables, sheets, incremental, engine } = source;
  return {
    custom_reader: reference,
    connection,
    credentials,
    objects,
    files,
    tables,
    sheets,
    incremental,
    engine,
  };
}

/** A writer's target as a job file writes it. */
function targetOf({ target, reference }: WriterSubject): object {
  const { connection, credentials, engine, partitioning, fileFormat } = target;
  return {
    custom_writer: reference,
    connection,
    credentials,
    engine,
    ...(partitioning.length === 0 ? {} : { partitioning }),
    ...(fileFormat === undefined ? {} : { file_format: fileFormat }),
  };
}
