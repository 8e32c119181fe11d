import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Example, vegaData } from "../example.js";

it("sets aside what does not fit, and writes it once the schema is mended", async () => {
  using example = new Example(import.meta.url);
  const env = { MOVIES: vegaData("movies.json") };
  const report = await example.run("job.yaml", env);
  expect(report).toMatchObject({ exit_code: 1, objects: [{ read: 3201, written: 501, rejected: 2700 }] });
  const letters = readFileSync(report.dead_letter_file, "utf8").trimEnd().split("\n");
  expect(letters).toHaveLength(2700);
  expect(JSON.parse(String(letters[0]))).toMatchObject({
    object: "movies",
    path: "rating",
    expected: "integer",
    record: { title: "The Land Girls", released: "1998-06-12", rating: 6.1 },
  });

  const schema = readFileSync(example.path("movies.yaml"), "utf8");
  writeFileSync(example.path("movies.yaml"), schema.replace("rating, type: integer", "rating, type: number"));
  const replay = async () =>
    JSON.parse((await example.dativo(["replay", report.run_id, "--json"], env)).stdout);
  // One film has no title at all, and stays where it is.
  expect(await replay()).toMatchObject({
    exit_code: 1,
    objects: [{ read: 2700, written: 2699, rejected: 1 }],
  });
  expect(await replay()).toMatchObject({ exit_code: 1, objects: [{ read: 1, written: 0, rejected: 1 }] });

  const sql = "select count(*)::int as films, min(released)::varchar as first from movies";
  expect(await example.query(sql, "job.yaml", env)).toEqual([{ films: 3200, first: "1928-12-31" }]);
  // Nine titles are numbers in the source, such as 300.
  expect(await example.query("select rating from movies where title = '300'", "job.yaml", env)).toEqual([
    { rating: 7.8 },
  ]);
});
