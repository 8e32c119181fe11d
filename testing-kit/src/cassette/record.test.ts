import { expect, it } from "vitest";
import { mockApi } from "../mock/mock-api.js";
import { MutantFolder } from "../mutants/mutant-subject.js";
import { PEOPLE_API } from "../mutants/people-api.js";
import type { ReaderSubject } from "../plugin/subject.js";
import { runChecks } from "../run/run-checks.js";
import { recordReader } from "./record.js";
import { replayed } from "./replay.js";

it("records without secrets, replays, and says what it has no answer to", async () => {
  using folder = new MutantFolder();
  const live = (await folder.reference("reader-define")) as ReaderSubject;
  const cassette = await recordReader(live, 1);
  expect(cassette).toMatchObject({
    plugin: { name: "people", version: "1.2.3" },
    objects: ["people", "teams"],
  });
  expect(cassette.states.people).toBeDefined();
  const [secret] = live.canaries;
  expect(JSON.stringify(cassette)).not.toContain(secret?.value);

  const offline = { ...live, mock: replayed(cassette, "people.json") };
  const report = await runChecks(offline, { seed: 1, placement: "in_process" });
  const by = (status: string) => report.checks.filter((check) => check.status === status);
  expect(by("failed")).toEqual([]);
  expect(by("passed").length).toBeGreaterThan(45);
  for (const { reason } of by("skipped")) expect(reason).toContain("The recording has no answer to GET /");
});

it("refuses a recording that still shows a secret", async () => {
  using folder = new MutantFolder();
  const reference = (await folder.reference("reader-define")) as ReaderSubject;
  const [secret] = reference.canaries;
  const reversed = [...(secret?.value ?? "")].reverse().join("");
  const mock = {
    name: "echo",
    start: async () => {
      const plain = await PEOPLE_API.start({});
      await plain.close();
      return mockApi({
        routes: { "GET /me": () => ({ reversed }) },
        resources: { "/people": [{ id: 1, updated_at: "2026-01-01T00:00:00Z" }], "/teams": [] },
      }).start();
    },
  };
  await expect(recordReader({ ...reference, mock }, 1)).rejects.toThrow(
    /still shows a part of credentials\.api_key/,
  );
});
