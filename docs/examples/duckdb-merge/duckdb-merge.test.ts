import { copyFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Example, vegaData } from "../example.js";

it("replaces the records that a later file corrects, and adds the new ones", async () => {
  using example = new Example(import.meta.url);
  const env = { AIRPORTS: vegaData("airports.csv") };
  expect(await example.run("job.yaml", env)).toMatchObject({
    exit_code: 0,
    objects: [{ read: 3376, written: 3376 }],
  });

  copyFileSync(example.path("2026-01.csv"), example.path("corrections", "2026-01.csv"));
  expect(await example.run("job.yaml", env)).toMatchObject({
    exit_code: 0,
    objects: [{ read: 2, written: 2 }],
  });

  expect(await example.query("select count(*)::int as airports from airports", "job.yaml", env)).toEqual([
    { airports: 3377 },
  ]);
  expect(
    await example.query(
      "select name from airports where iata in ('JFK', 'ZZ9') order by iata",
      "job.yaml",
      env,
    ),
  ).toEqual([{ name: "Idlewild" }, { name: "A New Field" }]);
});
