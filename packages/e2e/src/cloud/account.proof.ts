// npm run proof:cloud: what the tests show with the emulators, in an account of a provider.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildRustLibraries } from "../native/rust-libraries.js";
import { type Account, openAccount } from "./account.js";
import { CLOUD_READERS, type CloudReader, readerProject } from "./cloud-readers.js";
import { goesOnAfterKill, runsAsHere } from "./cloud-runs.js";
import { PRINTED, runsWide, wideProject } from "./wide-records.js";

/** A name that no other job of the account has. */
const name = `proof-${randomBytes(6).toString("hex")}`;
const [typescript] = CLOUD_READERS as [CloudReader];

let account: Account;
beforeAll(async () => {
  account = await openAccount();
  await buildRustLibraries();
});

/** Removes every function of the job, with its role and secrets, and sees that none is left. */
afterAll(async () => {
  const { provider } = account;
  const project = readerProject(typescript, { name, provider });
  const collect = async () => {
    const ended = await project.dativo(["cloud", "gc", "job.yaml", "--older-than", "0d", "--json"], {
      env: provider.env,
    });
    expect(ended.code, ended.stderr).toBe(0);
    return JSON.parse(ended.stdout).places;
  };
  const [{ removed }] = await collect();
  console.log(`removed: ${removed.map((each: { name: string }) => each.name).join(", ")}`);
  expect(removed.length).toBeGreaterThan(0);
  expect(await collect()).toMatchObject([{ unused: [], kept: 0, removed: [] }]);
  project.remove();
  await account.close();
});

for (const reader of CLOUD_READERS)
  test(`a reader in ${reader.language} writes what it writes here`, async () => {
    const report = await runsAsHere(reader, { name, provider: account.provider });
    expect(report.cloud[0]?.invocations).toBeGreaterThan(0);
  });

test("an extraction that takes longer than an invocation may goes on in the next", async () => {
  const { provider } = account;
  const settings = { timeoutSeconds: 5 };
  const report = await runsAsHere(typescript, { name, provider, settings, pageMs: 200 });
  expect(report.cloud[0]?.invocations).toBeGreaterThanOrEqual(2);
});

test("a coordinator that is killed goes on", () =>
  goesOnAfterKill(typescript, { name, provider: account.provider, pageMs: 100 }));

test("a batch that no response has room for travels through the bucket, and the log is found", async () => {
  const { provider, staging } = account;
  const project = wideProject(provider, "node", { name, staging });
  await runsWide(project, provider);
  // Logs are found some time after they were written.
  await expect
    .poll(async () => (await project.dativo(["cloud", "logs", "job.yaml"], { env: provider.env })).stdout, {
      interval: 5000,
      timeout: 120_000,
    })
    .toContain(PRINTED);
  project.remove();
});
