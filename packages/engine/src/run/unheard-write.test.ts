import { join } from "node:path";
import { DativoError } from "@dativo/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { rowsIn } from "../../test-fixtures/file-writer.js";
import { pagedReader } from "../../test-fixtures/paged-reader.js";
import { inFunction, sharedFunction } from "../../test-fixtures/shared-function.js";
import { numbered, testFolder, testJob } from "../../test-fixtures/test-job.js";
import { stagedByToken, tokenWriter } from "../../test-fixtures/token-writer.js";
import { runJob } from "./run-job.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeEach(async () => {
  folder = await testFolder();
});
afterEach(() => folder.remove());

const WRITES = 6;

const lostAnswer = () => new DativoError({ code: "CLOUD_INVOCATION_FAILED", message: "The answer was cut." });

const jobIn = (root: string) =>
  inFunction(testJob(root, { checkpointPolicy: { maxRecords: 10, maxBytes: 1e9, maxSeconds: 1e9 } }), {
    apart: true,
  });

it.each([0, 1, 2])(
  "a write whose answer was lost, and that is carried out %i writes later, adds nothing",
  async (later) => {
    for (let cut = 0; cut < WRITES; cut += 1) {
      const root = join(folder.path, `${cut}`);
      let writes = 0;
      let unheard: (() => Promise<void>) | undefined;
      const writer = tokenWriter({
        staging: async (stage) => {
          const write = writes;
          writes += 1;
          if (write === cut) {
            unheard = stage;
            throw lostAnswer();
          }
          if (write === cut + 1 + later) await unheard?.();
          await stage();
        },
      });
      const reader = pagedReader({ things: { rows: numbered(30), pageSize: 5 } });
      const report = await runJob(jobIn(root), sharedFunction(reader, writer), {});
      expect([report.error, report.retries.length], `write ${cut}`).toEqual([undefined, 1]);
      const ids = (await rowsIn(join(root, "data"), "things")).map(({ id }) => id as number);
      expect(
        ids.sort((a, b) => a - b),
        `write ${cut}`,
      ).toEqual(numbered(30).map(({ id }) => id));
      expect(await stagedByToken(join(root, "data")), `write ${cut}`).toEqual([]);
    }
  },
);

it.each([1, 2])(
  "a write that is carried out when its run is over is discarded by the next one (%i workers)",
  async (workers) => {
    const unheard: (() => Promise<void>)[] = [];
    const writer = tokenWriter({
      staging: async (stage) => {
        if (unheard.length > 0) return await stage();
        unheard.push(stage);
        throw lostAnswer();
      },
    });
    const reader = pagedReader({ things: { rows: numbered(30) }, others: { rows: numbered(20) } });
    const run = async () => {
      const report = await runJob(jobIn(folder.path), sharedFunction(reader, writer), { workers });
      expect([report.error, report.warnings]).toEqual([undefined, []]);
      return report.objects.map(({ read }) => read);
    };
    const staged = () => stagedByToken(join(folder.path, "data"));
    expect(await run()).toEqual([30, 20]);
    expect(await staged()).toEqual([]);
    await unheard[0]?.();
    expect((await staged()).length).toBe(1);
    expect(await run()).toEqual([0, 0]);
    expect(await staged()).toEqual([]);
    expect((await rowsIn(join(folder.path, "data"), "things")).length).toBe(30);
  },
);
