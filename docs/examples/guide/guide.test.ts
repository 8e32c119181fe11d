import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Example } from "../example.js";
import { OBJECTS, startApi } from "./api.mjs";

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
    const files = (readdirSync(report.output, { recursive: true }) as string[]).filter((name) =>
      name.endsWith(".json"),
    );
    const lines = files.flatMap((name) =>
      readFileSync(`${report.output}/${name}`, "utf8").trimEnd().split("\n"),
    );
    const records = lines.map((line) => JSON.parse(line));
    expect(records).toHaveLength(OBJECTS.users.length + OBJECTS.orders.length);
    expect(records).toEqual(expect.arrayContaining([OBJECTS.users[0], OBJECTS.orders.at(-1)]));
  } finally {
    await api.close();
  }
});
