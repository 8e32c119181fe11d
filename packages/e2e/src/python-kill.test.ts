import { FAULT_POINTS } from "@dativo/engine";
import { describe, expect, test } from "vitest";
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
const destinations: readonly Destination[] = DESTINATIONS.filter(({ name }) =>
  ["parquet append", "jsonl replace"].includes(name),
);

describe.skipIf(noPython !== undefined).each(destinations)(
  `a Python reader into $name (${noPython ?? "killed and resumed"})`,
  (destination) => {
    const projects = new ProjectPool(() => killProject(destination, READER), destination.mode !== "append");

    async function expectWholeAfterResume({ project, edition }: Lease, note: string): Promise<void> {
      const env = killEnvironment({ edition });
      const resumed = await project.dativo(["run", "job.yaml", "--json"], { env });
      expect(resumed.code, `${note}: ${resumed.stderr}${resumed.stdout}`).toBe(0);
      const records = await targetRecords(project, destination);
      expect(records.length, note).toBe(RECORDS);
      expect(records, note).toEqual(expectedRecords(edition));
      expect(stagedFiles(project), note).toEqual([]);
    }

    test.concurrent.each(FAULT_POINTS)("at %s: nothing lost, nothing doubled", async (point) => {
      const lease = projects.take();
      const { project, edition } = lease;
      const env = { ...killEnvironment({ edition }), DATIVO_FAULT: `${point}:${occurrence(point)}:kill` };
      const killed = await project.dativo(["run", "job.yaml"], { env });
      expect(killed.signal, `${point} was not reached: ${killed.stderr}${killed.stdout}`).toBe("SIGKILL");
      await expectWholeAfterResume(lease, point);
      projects.giveBack(lease);
    });

    test("at random moments: nothing lost, nothing doubled", async () => {
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
