import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, run, testFolder } from "../testing/cloud-job.js";
import { localFunction } from "../testing/local-function.js";
import { nodePackage, pythonPackage } from "../testing/local-package.js";
import { objectServer } from "../testing/object-server.js";

const READERS = {
  node: "numbers-reader.mjs:NumbersReader",
  python: "numbers_reader.py:NumbersReader",
};
const WRITERS = { node: "lines-writer.mjs:LinesWriter", python: "lines_writer.py:LinesWriter" };
const STAGING = "s3://bucket/on its way";
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

const packageOf = async (language: "node" | "python", reference: string) =>
  language === "node"
    ? await nodePackage({ [reference]: join(FIXTURES, reference.split(":")[0] ?? "") })
    : pythonPackage(FIXTURES, reference);

describe.each(["node", "python"] as const)(
  "batches of a %s function that there is no room for",
  (language) => {
    it("reach the engine through the bucket, which is empty afterwards", async () => {
      const store = await objectServer();
      const deployed = localFunction(await packageOf(language, READERS[language]), {
        language,
        limits: { responseBytes: 5000, streamBytes: 60_000 },
        env: store.env,
      });
      // Without positions all of it is one response, of which the provider would cut most.
      const connection = { records: 1000, batch: 100, pad: 100, checkpoint_every: 0 };
      const { report, target } = await run({
        connection,
        deployed,
        reference: READERS[language],
        staging: STAGING,
      });
      expect(report.error).toBeUndefined();
      expect(target.ids("numbers")).toEqual(numbers(1000));
      const [cloud] = report.cloud ?? [];
      expect(cloud?.response_bytes).toBeLessThan(60_000);
      expect(store.asked.filter((request) => request.startsWith("PUT /bucket/on%20its%20way/"))).not.toEqual(
        [],
      );
      expect(store.objects.size).toBe(0);
    });

    it("that are written reach the function through the bucket, each as a whole", async () => {
      const store = await objectServer();
      const reference = WRITERS[language];
      const deployed = localFunction(await packageOf(language, reference), {
        language,
        limits: { requestBytes: 64 * 1024 + 5000 },
        env: store.env,
      });
      const folder = testFolder();
      const { report } = await run({
        connection: { records: 1000, batch: 250, pad: 100 },
        writer: { reference, deployed, folder },
        staging: STAGING,
      });
      expect(report.error).toBeUndefined();
      const lines = readdirSync(join(folder, "committed")).flatMap((file) =>
        readFileSync(join(folder, "committed", file), "utf8")
          .trim()
          .split("\n"),
      );
      expect(lines.map((line) => JSON.parse(line).id).sort((a, b) => a - b)).toEqual(numbers(1000));
      expect(report.objects[0]).toMatchObject({ written: 1000, files: 4 });
      expect(store.asked.filter((request) => request.startsWith("PUT")).length).toBe(4);
      expect(store.objects.size).toBe(0);
    });
  },
);
