import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, run } from "../testing/cloud-job.js";
import { type LocalFunctionOptions, localFunction } from "../testing/local-function.js";
import { nodePackage } from "../testing/local-package.js";

const REFERENCE = "numbers-reader.mjs:NumbersReader";

async function numbersFunction(options: LocalFunctionOptions = {}) {
  return localFunction(await nodePackage({ [REFERENCE]: join(FIXTURES, "numbers-reader.mjs") }), options);
}

/** Records that the source was asked for, and how many of them more than once. */
function _sourceCount(ledger: string) {
  const lines = existsSync(ledger) ? readFileSync(ledger, "utf8").trim().split("\n") : [];
  const ids = lines.flatMap((line) => {
    const [object, from, count] = line.split(" ");
    return Array.from({ length: Number(count) }, (_, at) => `${object}/${Number(from) + at}`);
  });
  return { read: ids.length, again: ids.length - new Set(ids).size };
}

describe("a reader inside a function", () => {
  it("delivers what it delivers here, over several invocations", async () => {
    const deployed = await numbersFunction({ limits: { responseBytes: 20_000 } });
    const connection = { records: 1000, batch: 100 };
    const here = await run({ connection });
    const there = await run({ connection, deployed });
    expect(there.report.error).toBeUndefined();
    expect(there.target.rows).toEqual(here.target.rows);
    expect(there.report.objects[0]).toMatchObject({ read: 1000, written: 1000, status: "complete" });
    const [cloud] = there.report.cloud ?? [];
    expect(cloud).toMatchObject({ function: "local", invocations: deployed.requests.length, unreported: 0 });
    expect(deployed.requests.length).toBeGreaterThan(3);
    expect(cloud?.billed_ms).toBeGreaterThan(0);
  });
});
