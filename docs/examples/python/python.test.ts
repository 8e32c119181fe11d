import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Example, vegaData } from "../example.js";
import { OBJECTS, startApi } from "../guide/api.mjs";

const noPython = hasPython() ? undefined : "skipped: there is no Python 3.9 or newer here";

function hasPython(): boolean {
  try {
    execFileSync("python3", ["-c", "import sys; assert sys.version_info >= (3, 9)"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(noPython !== undefined)(`Python plugins (${noPython ?? "python3"})`, () => {
  it("runs the guide's reader and writer", async () => {
    using example = new Example(import.meta.url);
    const api = await startApi({ key: "guide-key" });
    try {
      const report = await example.run("job.yaml", { API_URL: api.url, API_KEY: "guide-key" });
      expect(report).toMatchObject({
        exit_code: 0,
        objects: [
          { object: "users", written: 344 },
          { object: "orders", written: 120 },
        ],
      });
      const files = (readdirSync(report.output) as string[]).filter((name) => name.endsWith(".json"));
      const lines = files.flatMap((name) =>
        readFileSync(`${report.output}/${name}`, "utf8").trimEnd().split("\n"),
      );
      expect(lines).toHaveLength(OBJECTS.users.length + OBJECTS.orders.length);
    } finally {
      await api.close();
    }
  });

  it("reads what is new, with Python's types", async () => {
    using example = new Example(import.meta.url);
    const env = { WEATHER: vegaData("seattle-weather.csv") };
    const first = await example.run("weather.yaml", { ...env, UNTIL: "2014-12-31" });
    const second = await example.run("weather.yaml", env);
    expect([first, second].map(({ objects: [weather] }) => weather.written)).toEqual([1096, 365]);
    const [row] = await example.query(
      "select count(*)::int as days, count(distinct day)::int as distinct_days, sum(precipitation)::varchar as rain, typeof(any_value(day)) as day from weather",
      "weather.yaml",
      env,
    );
    expect(row).toEqual({ days: 1461, distinct_days: 1461, rain: "4426.000000000", day: "DATE" });
  });
});
