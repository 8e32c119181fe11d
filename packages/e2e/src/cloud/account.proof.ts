// npm run proof:cloud: what the tests show with the emulators, in an account of a provider.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildRustLibraries } from "../native/rust-libraries.js";
import { type Account, openAccount } from "./account.js";
import { CLOUD_READERS, type CloudReader, readerProject } from "./cloud-readers.js";
import { goesOnAfterKill, runsAsHere } from "./cloud-runs.js";
import { readsWithSecret, secretProject } from "./secret-reader.js";
import { PRINTED, runsWide, wideProject } from "./wide-records.js";

/** A name that no other job of the account has. */
const name = `proof-${randomBytes(6).toString("hex")}`;
const [typescript] = CLOUD_READERS as [CloudReader];

let account: Account;
beforeAll(async () => {
  console.log(`The job is ${name}: what is left when this is interrupted bears its name.`);
  account = await openAccount();
  await buildRustLibraries();
});

/** Removes every function of the job, with its role, logs and secrets, and sees that each kind was there and none is left. */
afterAll(async () => {
  if (account === undefined) return;
  const { provider, makes } = account;
  const project = readerProject(typescript, { name, provider });
  const cloud = async (...args: string[]) => {
    const ended = await project.dativo(["cloud", ...args, "--json"], { env: provider.env });
    expect(ended.code, ended.stderr).toBe(0);
    return JSON.parse(ended.stdout);
  };
  const [{ removed }] = (await cloud("gc", "job.yaml", "--older-than", "0d")).places as [
    { removed: readonly { what: string; name: string }[] },
  ];
  console.log(`removed: ${removed.map((each) => `${each.what} ${each.name}`).join(", ")}`);
  expect([...new Set(removed.map(({ what }) => what))].sort()).toEqual([...makes].sort());
  // Functions of other jobs are none of its business.
  expect((await cloud("status", "job.yaml")).functions).toEqual([]);
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

test("credentials reach the function through the provider's secret store", async () => {
  const { provider } = account;
  const project = secretProject(provider, name);
  await readsWithSecret(project, provider);
  project.remove();
});
