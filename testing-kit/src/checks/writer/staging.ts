import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CONTRACT_VERSION, checkStatus, isDativoError } from "@dativo/protocol";
import { sampleRows } from "../../plugin/sample-rows.js";
import { writerCheck } from "../check.js";
import { fail } from "../check-failure.js";
import { mustBeReadable, mustHold } from "./stored.js";

export const writerDeclaresItself = writerCheck({
  id: "W0.version",
  clause: "7",
  group: "configuration",
  tier: "offline",
  title: "The writer names itself, its version and the contract version it was built for",
  why: "A host refuses what it does not know how to drive; a report without a version cannot be traced.",
  how: "Looks at what the plugin says of itself.",
  async run(lab) {
    const { spec } = await lab.about();
    if (spec.kind !== "writer") fail(`target.custom_writer names a ${spec.kind}.`);
    if (spec.name.trim() === "") fail("The plugin has no name.");
    if (spec.api !== CONTRACT_VERSION && spec.api !== CONTRACT_VERSION - 1)
      fail(
        `The plugin was built for contract version ${spec.api}; this kit tests version ${CONTRACT_VERSION}.`,
      );
    if (!/^\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(spec.version))
      fail(`The plugin's version is ${JSON.stringify(spec.version)}, which is not of the form 1.2.3.`);
  },
});

export const targetCheck = writerCheck({
  id: "W0.check",
  clause: "2.1",
  group: "connection",
  tier: "offline",
  title: "check succeeds, or says that it is unknown, when the target can be used, and leaves nothing behind",
  why: "A check that fails for no reason keeps people from running the job; one that leaves files adds to the data.",
  how: "Calls check for a fresh target and looks for files afterwards.",
  async run(lab) {
    await lab.world({}, async (world) => {
      const writer = await world.open();
      const result = await writer.check();
      if (isDativoError(result)) fail(`check threw ${result.code}: ${result.message}`);
      if (checkStatus(result) === "failed")
        fail(
          `check failed for a target that can be used.\n${result.error_code ?? "no code"}: ${result.message}`,
        );
      const files = world.files();
      if (files.length > 0) fail(`check left ${files.join(", ")} in the target.`);
    });
  },
});

export const badTargetCheck = writerCheck({
  id: "W0.check-bad",
  clause: "2.1",
  group: "connection",
  tier: "offline",
  title: "check does not succeed when the target cannot be used",
  why: "A check that is always green lets the run fail, after the source was read.",
  how: "Calls check for a target below a file, or answers every request with 401, and watches the answer.",
  async run(lab) {
    const { files, requests } = await lab.baseline();
    if (!files && requests === 0) return;
    await lab.world(
      {
        faults: () => ({ kind: "answer", status: 401 }),
        ...(files
          ? {
              outputBase: (fresh: string) => {
                mkdirSync(dirname(fresh), { recursive: true });
                writeFileSync(`${fresh}-file`, "");
                return join(`${fresh}-file`, "below");
              },
            }
          : {}),
      },
      async (world) => {
        const opened = await world.open().catch((error: Error) => error);
        if (opened instanceof Error) return;
        const result = await opened.check();
        if (isDativoError(result) || !result.success) return;
        fail(
          `The target ${files ? "was below a file" : "refused every request"}, and check answered success: ${JSON.stringify(result.message)}`,
          {
            advice:
              "Try what a write needs: make the folder, or send one request that needs the credentials.",
          },
        );
      },
    );
  },
});

export const countsAddUp = writerCheck({
  id: "W1.counts",
  clause: "3.1",
  group: "staging",
  tier: "offline",
  title: "Records in files and rejected ones add up to what was given",
  why: "The books of a run are balanced by these numbers; a wrong one hides a lost record.",
  how: "Writes batches of 1, 7 and 40 records and adds up what the writer says.",
  async run(lab) {
    await lab.world({}, async (world) => {
      const writer = await world.open();
      const staged = await writer.stage("run-1/people/1", sampleRows(1), sampleRows(7, 2), sampleRows(40, 9));
      const unsaid = staged.files.filter((file) => file.record_count === undefined);
      if (staged.files.length > 1 && unsaid.length > 0)
        fail(`${unsaid.length} of ${staged.files.length} files have no record_count.`, {
          difference: JSON.stringify(unsaid[0]),
        });
      const counted = staged.files.reduce((sum, file) => sum + (file.record_count ?? 0), 0);
      const total = counted + staged.rejected.length;
      if (unsaid.length === 0 && total !== 48)
        fail(
          `48 records were given. The writer says that it staged ${counted} and rejected ${staged.rejected.length}.`,
          {
            difference: `given     48\nstaged    ${counted}\nrejected  ${staged.rejected.length}`,
          },
        );
      const result = await writer.commit(staged);
      if (result.status !== "success") fail(`commit answered the status ${JSON.stringify(result.status)}.`);
      if (result.total_records !== undefined && result.total_records !== counted)
        fail(`commit says that it published ${result.total_records} records; ${counted} were staged.`);
    });
  },
});

export const emptyBatches = writerCheck({
  id: "W1.empty",
  clause: "3.1",
  group: "staging",
  tier: "offline",
  title: "Empty batches, and commits of nothing, do no harm",
  why: "An empty day is no incident; a file of no rows or a failed commit makes it one.",
  how: "Writes an empty batch, commits it, then commits without any write, then writes and commits two records.",
  async run(lab) {
    await mustBeReadable(lab);
    await lab.world({}, async (world) => {
      const writer = await world.open();
      await writer.commit(await writer.stage("run-1/people/1", []), { final: false });
      await writer.commit(await writer.stage("run-1/people/2"), { final: false });
      await writer.commit(await writer.stage("run-1/people/3", sampleRows(2)));
      await mustHold(world, sampleRows(2), "An empty batch and an empty commit came before two records.");
    });
  },
});

export const invisibleBeforeCommit = writerCheck({
  id: "W2.staged",
  clause: "3.2",
  group: "staging",
  tier: "offline",
  title: "Nothing is visible before commit",
  why: "What a dashboard sees before the commit disappears, or is doubled, when the run is repeated.",
  how: "Writes and flushes, and reads the target without the writer before it commits.",
  async run(lab) {
    await mustBeReadable(lab);
    await lab.world({}, async (world) => {
      const writer = await world.open();
      await writer.stage("run-1/people/1", sampleRows(5), sampleRows(5, 6));
      const visible = await world.visible();
      if (visible === undefined || visible.length === 0) return;
      const files = world.files().filter((path) => !path.split("/").some((part) => /^[._]/.test(part)));
      fail(`Ten records were written and not committed. ${visible.length} are visible.`, {
        difference: files.slice(0, 5).join("\n") || undefined,
        advice:
          "Stage where readers do not look (a folder whose name begins with a dot or an underscore, another table), and move at commit.",
      });
    });
  },
});

export const visibleAfterCommit = writerCheck({
  id: "W2.all",
  clause: "3.2",
  group: "commit",
  tier: "offline",
  title: "After commit everything that was staged is visible, as it was given",
  why: "Nothing lost, nothing doubled.",
  how: "Writes three batches, commits, and reads the target without the writer.",
  async run(lab) {
    await mustBeReadable(lab);
    await lab.world({}, async (world) => {
      const writer = await world.open();
      const staged = await writer.stage("run-1/people/1", sampleRows(3), sampleRows(4, 4), sampleRows(5, 8));
      await writer.commit(staged);
      await mustHold(world, sampleRows(12), "Twelve records were staged and committed.");
      const second = await writer.stage("run-1/people/2", sampleRows(2, 13));
      await writer.commit(second);
      await mustHold(world, sampleRows(14), "Two more records were committed by the same writer.");
    });
  },
});
