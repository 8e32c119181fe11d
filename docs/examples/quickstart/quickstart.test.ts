import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Example } from "../example.js";
import { startApi } from "./api.mjs";

describe.each(["quakes-parquet.yaml", "quakes-duckdb.yaml"])("%s", (job) => {
  const example = new Example(import.meta.url);
  let api: Awaited<ReturnType<typeof startApi>>;

  beforeAll(async () => {
    api = await startApi({ until: "2018-02-05T00:00:00Z" });
  });
  afterAll(async () => {
    await api.close();
    example[Symbol.dispose]();
  });

  it("reads everything, then only what is new", async () => {
    const env = { USGS_URL: api.url, USGS_KEY: "any-key" };
    const first = await example.run(job, env);
    expect(first).toMatchObject({ exit_code: 0, objects: [{ object: "quakes", rejected: 0 }] });
    const before = first.objects[0].written;
    expect(before).toBeGreaterThan(200);

    api.setNow("2018-02-08T00:00:00Z");
    const asked = api.requests();
    const second = await example.run(job, env);
    expect(second).toMatchObject({ exit_code: 0, objects: [{ rejected: 0 }] });
    const { read, written, deduplicated } = second.objects[0];
    expect(read).toBe(written + deduplicated);
    // The boundary is asked for again, since more records may share its instant; it is not written again.
    expect(deduplicated).toBeGreaterThanOrEqual(1);
    expect(deduplicated).toBeLessThan(10);
    expect(api.requests() - asked).toBeLessThan(asked + 2);

    const [row] = await example.query(
      "select count(*)::int as records, count(distinct id)::int as quakes from quakes",
      job,
      env,
    );
    expect(row).toEqual({ records: before + written, quakes: before + written });
  });
});
