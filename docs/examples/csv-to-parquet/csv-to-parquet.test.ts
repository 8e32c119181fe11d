import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { Example, vegaData } from "../example.js";

it("writes the zip codes of each state into a folder of its own", async () => {
  using example = new Example(import.meta.url);
  const env = { ZIPCODES: vegaData("zipcodes.csv") };
  const report = await example.run("job.yaml", env);
  expect(report.objects).toMatchObject([{ object: "zipcodes", read: 42_049, written: 42_049, rejected: 0 }]);
  expect(readdirSync(example.path("data", "zipcodes"))).toContain("state=NY");
  const sql = "select count(*)::int as zipcodes, min(zip_code) as lowest from zipcodes where state = 'NY'";
  expect(await example.query(sql, "job.yaml", env)).toEqual([{ zipcodes: 2232, lowest: "00501" }]);

  const again = await example.run("job.yaml", env);
  expect(again).toMatchObject({ exit_code: 0, objects: [{ read: 0, written: 0 }] });
});
