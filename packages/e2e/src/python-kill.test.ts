import { FAULT_POINTS } from "@dativo/engine";
import { describe, expect, test } from "vitest";
import type { Project } from "./dativo.js";
import { killAfter, killAfterJournal } from "./kill.js";
import {
  DESTINATIONS,
  type Destination,
  type KillReader,
  killEnvironment,
  killProject,
  RECORDS,
} from "./kill-job.js";
import { type Lease, ProjectPool } from "./project-pool.js";
import { noPython } from "./python/python-here.js";
import { alternating, sample, some } from "./sample.js";
import { stagedFiles } from "./staged-files.js";
import { expectedRecords, targetRecords } from "./target-records.js";

/** The zip codes, read by position; the instants are datetimes, so that types cross a resume too. */
const READER: KillReader = {
  file: "zipcodes.py",
  exportName: "Zipcodes",
  text: `import json, os, time
from datetime import datetime
from dativo_ingest import BaseReader, Page

with open(os.path.join(os.path.dirname(__file__), "zipcodes.json")) as file:
    rows = json.load(file)
for row in rows:
    row["updated"] = datetime.fromisoformat(row["updated"].replace("Z", "+00:00"))


class Zipcodes(BaseReader):
    incremental = True

    def extract(self, state_manager=None):
        options = self.source_config.engine["options"]
        at = state_manager.get(default=0)
        while at < len(rows):
            time.sleep(float(options["page_ms"]) / 1000)
            page = [{**row, "edition": int(options["edition"])} for row in rows[at : at + 250]]
            at += 250
            yield Page(page, position=at)
`,
};

/** Milliseconds that a page takes in runs that are killed at random. */
const PAGE_MS = 20;

const occurrence = (point: string) => (/^(run|object|report)\./.test(point) ? 1 : 2);
const destinations = DESTINATIONS.filter(({ name }) => name === "parquet append");

/** A writer that stages, and publishes by renaming: the same commit twice has the effect of once. */
const WRITER = `import json, os
from dativo_ingest import BaseWriter


class Lines(BaseWriter):
    idempotent_commit = True

    def _staged(self, name):
        return os.path.join(self.output_base, "staging", name)

    def write_batch(self, records, file_counter):
        os.makedirs(os.path.join(self.output_base, "staging"), exist_ok=True)
        name = f"{self.asset_definition.name}_{file_counter}.jsonl"
        with open(self._staged(name), "w") as file:
            file.writelines(json.dumps(record) + "\\n" for record in records)
        return [{"path": name, "record_count": len(records)}]

    def commit_files(self, file_metadata, token):
        for metadata in file_metadata:
            if os.path.exists(self._staged(metadata["path"])):
                os.replace(self._staged(metadata["path"]), os.path.join(self.output_base, metadata["path"]))
        return {"status": "success", "files_added": len(file_metadata)}

    def abort_files(self, file_metadata, run_id=None):
        for metadata in file_metadata:
            if os.path.exists(self._staged(metadata["path"])):
                os.remove(self._staged(metadata["path"]))
`;

const PYTHON_TARGET: Destination = {
  name: "a Python writer",
  mode: "append",
  target: '  custom_writer: "lines.py:Lines"\n  connection: { path: ./out/zipcodes }\n',
  extension: "jsonl",
  read: "read_json",
};

function project(destination: Destination): Project {
  const made = killProject(destination, READER);
  made.write("lines.py", WRITER);
  return made;
}

describe
  .skipIf(noPython !== undefined)
  .each([...destinations, PYTHON_TARGET].map((destination, turn) => ({ ...destination, turn })))(
  `a Python reader into $name (${noPython ?? "killed and resumed"})`,
  (destination) => {
    const projects = new ProjectPool(() => project(destination), destination.mode !== "append");

    async function expectWholeAfterResume({ project, edition }: Lease, note: string): Promise<void> {
      const env = killEnvironment({ edition });
      const resumed = await project.dativo(["run", "job.yaml", "--json"], { env });
      expect(resumed.code, `${note}: ${resumed.stderr}${resumed.stdout}`).toBe(0);
      const records = await targetRecords(project, destination);
      expect(records.length, note).toBe(RECORDS);
      expect(records, note).toEqual(expectedRecords(edition));
      // The folder of the writer's own staging area stays.
      expect(
        stagedFiles(project).filter((path) => !path.endsWith("staging")),
        note,
      ).toEqual([]);
    }

    test.concurrent.each(sample(FAULT_POINTS, some(1, 2, destination.turn)))(
      "at %s: nothing lost, nothing doubled",
      async (point) => {
        const lease = projects.take();
        const { project, edition } = lease;
        const env = { ...killEnvironment({ edition }), DATIVO_FAULT: `${point}:${occurrence(point)}:kill` };
        const killed = await project.dativo(["run", "job.yaml"], { env });
        expect(killed.signal, `${point} was not reached: ${killed.stderr}${killed.stdout}`).toBe("SIGKILL");
        await expectWholeAfterResume(lease, point);
        projects.giveBack(lease);
      },
    );

    alternating(test, destination.turn)("at random moments: nothing lost, nothing doubled", async () => {
      const lease = projects.take();
      const { project, edition } = lease;
      const moments: string[] = [];
      for (let kill = 0; kill < 5; kill += 1) {
        const ms = Math.random() * (kill === 0 ? 1000 : 24 * PAGE_MS);
        const { signal, code } = await project.dativo(["run", "job.yaml"], {
          env: killEnvironment({ pageMs: PAGE_MS, edition }),
          onStart: kill === 0 ? killAfter(ms) : killAfterJournal(project, ms),
        });
        moments.push(`${ms.toFixed(1)} ms (${signal ?? code})`);
      }
      await expectWholeAfterResume(lease, moments.join(", "));
      projects.remove();
    });
  },
);
