import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sampleRows } from "../../plugin/sample-rows.js";
import { writerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { mustBeReadable, mustHold, storedDifference } from "./stored.js";

const ONCE =
  "Remember tokens where the data is (in the file names, a table, a manifest), and do nothing for a known one.";

/** What a second commit may do: nothing for a writer that says so, and at least no harm for one that does not. */
async function afterTwo(
  visible: readonly unknown[] | undefined,
  idempotent: boolean,
  what: string,
): Promise<void> {
  if (visible === undefined) fail(`${what}\nThe target cannot be read any more.`);
  const difference = storedDifference(sampleRows(4), visible);
  if (difference === undefined) return;
  const lost = difference.split("\n").some((line) => line.endsWith("missing") || line.includes(", stored "));
  if (idempotent || lost)
    fail(`${what}\n${visible.length} records are visible, 4 should be.`, { difference, advice: ONCE });
}

export const commitsOnce = writerCheck({
  id: "W3.twice",
  clause: "3.3",
  group: "commit",
  tier: "offline",
  title: "commit with the same token twice has the effect of once",
  why: "A run that is killed after its commit and before its state commits again; without this it doubles the data.",
  how: "Commits the same files with the same token twice. A writer that does not declare idempotent commits may double, but must not lose.",
  async run(lab) {
    await mustBeReadable(lab);
    const { spec } = await lab.about();
    await lab.world({}, async (world) => {
      const writer = await world.open();
      const staged = await writer.stage("run-1/people/1", sampleRows(4));
      await writer.commit(staged);
      const what = "The same token was committed twice.";
      try {
        await writer.commit(staged);
      } catch (error) {
        fail(`${what}\nThe second commit failed: ${(error as Error).message}`, { advice: ONCE });
      }
      await afterTwo(await world.visible(), spec.idempotentCommit === true, what);
    });
  },
});

export const commitsOnceAfterCrash = writerCheck({
  id: "W3.recommit",
  clause: "3.3",
  group: "commit",
  tier: "offline",
  title: "A commit that is repeated by a new process has the effect of once",
  why: "What a writer remembers in memory is gone when it is asked again after a crash.",
  how: "Commits, then loads the plugin anew and commits the same files with the same token, as the engine does after a crash.",
  async run(lab) {
    await mustBeReadable(lab);
    const { spec } = await lab.about();
    await lab.world({}, async (world) => {
      const writer = await world.open();
      const staged = await writer.stage("run-1/people/1", sampleRows(4));
      await writer.commit(staged);
      await lab.freshPlugin(async (plugin) => {
        const what = "Committed, then committed again by a new process with the same token.";
        const other = await world.open({ plugin });
        try {
          await other.commit(staged);
        } catch (error) {
          fail(`${what}\nThe second commit failed: ${(error as Error).message}`, { advice: ONCE });
        }
        await afterTwo(await world.visible(), spec.idempotentCommit === true, what);
        await other.close();
      });
    });
  },
});

export const commitsAfterRestart = writerCheck({
  id: "W3.restart",
  clause: "3.3",
  group: "commit",
  tier: "offline",
  title: "What one process staged, another can commit",
  why: "After flush the engine records the files as safe; a crash then must lose none of them.",
  how: "Writes and flushes, loads the plugin anew, and commits with what the first process said of its files.",
  async run(lab) {
    await mustBeReadable(lab);
    await lab.world({}, async (world) => {
      const staged = await lab.freshPlugin(async (plugin) => {
        const writer = await world.open({ plugin });
        return writer.stage("run-1/people/1", sampleRows(6));
      });
      const writer = await world.open();
      const what = "Staged and flushed by a process that then died, committed by another.";
      try {
        await writer.commit(staged);
      } catch (error) {
        fail(`${what}\nThe commit failed: ${(error as Error).message}`);
      }
      await mustHold(
        world,
        sampleRows(6),
        what,
        "Let flush make everything durable, and commit from what files says.",
      );
    });
  },
});

export const abortLeavesNothing = writerCheck({
  id: "W4.abort",
  clause: "3.4",
  group: "commit",
  tier: "offline",
  title: "abort leaves no trace of what was staged, and all of what was committed",
  why: "Leftovers fill disks, and are taken for data by whoever lists the folder.",
  how: "Commits four records, stages five more, aborts, and looks at the target with hidden files.",
  async run(lab) {
    await mustBeReadable(lab);
    await lab.world({}, async (world) => {
      const writer = await world.open();
      await writer.commit(await writer.stage("run-1/people/1", sampleRows(4)), { final: false });
      const before = world.files();
      const staged = await writer.stage("run-1/people/2", sampleRows(5, 5));
      await writer.abort({ scope: "files", files: staged.files, token: staged.token });
      await mustHold(world, sampleRows(4), "Four records were committed, then five staged and aborted.");
      const left = world.files().filter((path) => !before.includes(path));
      if (left.length > 0)
        fail(`After abort ${left.length} files were left in the target.`, {
          difference: left.slice(0, 6).join("\n"),
        });
    });
  },
});

export const abortsRun = writerCheck({
  id: "W4.abort-run",
  clause: "3.4",
  group: "commit",
  tier: "offline",
  title: "What a run staged before it crashed can be discarded by its id",
  why: "After a crash within a write nobody knows the files; only the writer can find them.",
  how: "Stages, loads the plugin anew, aborts the run by its id, and looks at the target with hidden files.",
  async run(lab) {
    await mustBeReadable(lab);
    await lab.world({}, async (world) => {
      await lab.freshPlugin(async (plugin) => {
        const writer = await world.open({ plugin, runId: "run-1" });
        await writer.stage("run-1/people/1", sampleRows(5));
      });
      const writer = await world.open({ runId: "run-1" });
      await writer.abort({ scope: "run", runId: "run-1" });
      await mustHold(world, [], "A run staged five records and died; then it was aborted by its id.");
      const left = world.files();
      if (left.length > 0)
        fail(`${left.length} files of the aborted run are left in the target.`, {
          difference: left.slice(0, 6).join("\n"),
          advice: "Stage below a folder named for the run, and remove that folder.",
        });
    });
  },
});

export const crashLeavesNoData = writerCheck({
  id: "W4.crash",
  clause: "3.4",
  group: "commit",
  tier: "offline",
  title: "A crash before commit leaves nothing that a later run publishes",
  why: "Files of a run that died, picked up by the next one, are records twice.",
  how: "Stages five records and drops the process, then lets another run write and commit two.",
  async run(lab) {
    await mustBeReadable(lab);
    await lab.world({}, async (world) => {
      await lab.freshPlugin(async (plugin) => {
        const writer = await world.open({ plugin, runId: "run-1" });
        await writer.stage("run-1/people/1", sampleRows(5, 100));
      });
      const writer = await world.open({ runId: "run-2" });
      await writer.commit(await writer.stage("run-1/people/2", sampleRows(2)));
      await mustHold(
        world,
        sampleRows(2),
        "Run 1 staged five records and died. Run 2 wrote and committed two.",
        "Commit exactly the files that commit is given, not what lies in the staging folder.",
      );
    });
  },
});

export const runsDoNotOverwrite = writerCheck({
  id: "W5.unique",
  clause: "3.5",
  group: "commit",
  tier: "offline",
  title: "A later run overwrites no file of an earlier one",
  why: "A name that repeats replaces yesterday's records by today's.",
  how: "Commits three runs with new processes and compares the files of the earlier ones before and after.",
  async run(lab) {
    await mustBeReadable(lab);
    const { spec } = await lab.about();
    if (!(spec.modes ?? ["append"]).includes("append")) notApplicable("The writer does not append.");
    await lab.world({}, async (world) => {
      const contents = () =>
        new Map(
          world.files().map((path) => [path, readFileSync(join(world.outputBase, path)).toString("latin1")]),
        );
      let before = new Map<string, string>();
      for (const run of [1, 2, 3]) {
        await lab.freshPlugin(async (plugin) => {
          const writer = await world.open({ plugin, runId: `run-${run}`, mode: "append" });
          await writer.commit(await writer.stage(`run-${run}/people/1`, sampleRows(3, run * 3 - 2)));
          await writer.close();
        });
        const after = contents();
        const changed = [...before].filter(([path, text]) => dataFile(path) && after.get(path) !== text);
        if (changed.length > 0)
          fail(`Run ${run} overwrote ${changed.map(([path]) => path).join(", ")} of an earlier run.`, {
            advice: "Put the run's id or the file counter into every file name.",
          });
        before = after;
      }
      await mustHold(world, sampleRows(9), "Three runs committed three records each.");
    });
  },
});

/** Files of data; manifests and logs of commits may change. */
function dataFile(path: string): boolean {
  return (
    /\.(jsonl?|ndjson|csv|parquet|arrow|avro|orc)(\.\w+)?$/i.test(path) &&
    !path.split("/").some((part) => /^[._]/.test(part))
  );
}

export const replaces = writerCheck({
  id: "W2.replace",
  clause: "3.2",
  group: "commit",
  tier: "offline",
  title: "replace shows the old records until the last commit, then only the new ones",
  why: "A table that is empty while it is replaced is empty on every dashboard.",
  how: "Commits a first run, then a second one in mode replace in two commits, and reads the target between them.",
  async run(lab) {
    await mustBeReadable(lab);
    const { spec } = await lab.about();
    if (!spec.modes?.includes("replace")) notApplicable("The writer does not know the mode replace.");
    await lab.world({}, async (world) => {
      const first = await world.open({ mode: "replace", runId: "run-1" });
      await first.commit(await first.stage("run-1/people/1", sampleRows(4)));
      await first.close();
      const second = await world.open({ mode: "replace", runId: "run-2" });
      await second.commit(await second.stage("run-1/people/2", sampleRows(2, 50)), { final: false });
      await mustHold(
        world,
        sampleRows(4),
        "A second run in mode replace had committed, but not for the last time.",
      );
      await second.commit(await second.stage("run-1/people/3", sampleRows(1, 52)), { final: true });
      await mustHold(
        world,
        sampleRows(3, 50),
        "A second run in mode replace had committed for the last time.",
      );
    });
  },
});

export const merges = writerCheck({
  id: "W2.merge",
  clause: "3.2",
  group: "commit",
  tier: "offline",
  title: "merge keeps one record for each key, the last one",
  why: "A merge that appends doubles what was corrected at the source.",
  how: "Commits a run, then a second one in mode merge with one key changed and one new.",
  async run(lab) {
    await mustBeReadable(lab);
    const { spec } = await lab.about();
    if (!spec.modes?.includes("merge")) notApplicable("The writer does not know the mode merge.");
    await lab.world({}, async (world) => {
      const writer = await world.open({ mode: "merge" });
      await writer.commit(await writer.stage("run-1/people/1", sampleRows(3)), { final: false });
      const [first, second, third] = sampleRows(3);
      const corrected = { ...second, name: "Corrected" };
      const added = sampleRows(1, 4);
      await writer.commit(await writer.stage("run-1/people/2", [corrected, ...added]));
      await mustHold(
        world,
        [first, corrected, third, ...added] as never,
        "A second commit corrected record 2 and added record 4.",
      );
    });
  },
});
