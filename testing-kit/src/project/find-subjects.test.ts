import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { exampleFolder } from "../testing/kit-command.js";
import { findSubjects } from "./find-subjects.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "dativo-kit-"));
  folders.push(folder);
  for (const [name, text] of Object.entries({ "package.json": '{"type":"module"}', ...files }))
    writeFileSync(join(folder, name), text);
  return folder;
}

describe("finding plugins", () => {
  it("takes each plugin once, with made-up credentials and the mock API beside the job", async () => {
    const { subjects } = await findSubjects(exampleFolder("quickstart"));
    expect(subjects).toHaveLength(1);
    expect(subjects[0]).toMatchObject({
      kind: "reader",
      reference: "usgs.ts:default",
      runtime: "node",
      mock: { name: "api.mjs" },
    });
    const [canary] = subjects[0]?.canaries ?? [];
    expect(canary).toMatchObject({
      key: "credentials.api_key",
      value: expect.stringMatching(/^canary\w{26}$/),
    });
  });

  it("takes the reader and the writer of a job, also by name", async () => {
    const folder = exampleFolder("guide");
    expect((await findSubjects(folder)).subjects.map(({ kind }) => kind)).toEqual(["reader", "writer"]);
    const named = await findSubjects(folder, "plugins/my_writer.ts");
    expect(named.subjects.map(({ reference }) => reference)).toEqual(["plugins/my_writer.ts:MyCustomWriter"]);
  });

  it("says what to do when nothing stands in for the API", async () => {
    const folder = project({});
    cpSync(join(exampleFolder("quickstart"), "quakes-parquet.yaml"), join(folder, "job.yaml"));
    await expect(findSubjects(folder)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      hint: expect.stringContaining("mock API"),
    });
  });

  it("says when there is no plugin", async () => {
    await expect(findSubjects(project({}))).rejects.toMatchObject({ code: "PLUGIN_NOT_FOUND" });
  });

  it("refuses a skip without a reason, and one whose day has passed", async () => {
    const job =
      "source: { custom_reader: 'a.ts:default' }\ntarget: { type: csv, connection: { path: out } }\n";
    const skip = (text: string) =>
      project({ "job.yaml": job, "dativo-test.config.json": `{"skip":[${text}]}` });
    await expect(findSubjects(skip('{"check":"R4.ties","until":"2099-01-01"}'))).rejects.toMatchObject({
      message: expect.stringContaining("skip.0.reason"),
    });
    await expect(
      findSubjects(skip('{"check":"R4.ties","reason":"the API has no ties","until":"2020-01-01"}')),
    ).rejects.toMatchObject({ message: expect.stringContaining("was to count again from 2020-01-01") });
  });
});
