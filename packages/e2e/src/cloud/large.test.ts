import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noLibraries } from "../python/python-here.js";
import { sample, some } from "../sample.js";
import { type EmulatedBucket, emulatedBucket } from "./emulated-bucket.js";
import { aws, type EmulatedProvider, gcp } from "./providers.js";
import { PRINTED, runsWide, wideProject } from "./wide-records.js";

describe("Google's storage", () => {
  let provider: EmulatedProvider;
  let bucket: EmulatedBucket;
  beforeAll(async () => {
    provider = await gcp();
    bucket = await emulatedBucket(provider, "staged");
  });
  afterAll(() => provider.emulator.dispose());

  const languages = [
    ["TypeScript", "node", undefined],
    ["Python", "python", noLibraries],
  ] as const;
  test.for(sample(languages, some(1, 2)))(
    "takes a batch of a reader in %s that no response has room for",
    async (each, { skip }) => {
      const [, runtime, missing] = each;
      if (missing !== undefined) skip(missing);
      const project = wideProject(provider, runtime, { staging: "gs://staged/batches" });
      const before = provider.emulator.calls.length;
      await runsWide(project, provider);
      const calls = provider.emulator.calls.slice(before).filter(({ service }) => service === "storage");
      const names = calls.map(({ operation }) => operation);
      expect(names).toEqual(expect.arrayContaining(["InsertObject", "GetObject", "DeleteObject"]));
      expect(await bucket.names()).toEqual([]);

      // What the function printed is found in Cloud Logging.
      const logs = await project.dativo(["cloud", "logs", "job.yaml", "--since", "1h"], {
        env: provider.env,
      });
      expect(logs.code, logs.stderr).toBe(0);
      expect(logs.stdout).toContain(PRINTED);
      project.remove();
    },
  );
});

describe("packages of more than 50 MB", () => {
  const big = randomBytes(52 * 1024 * 1024);
  const project = (provider: EmulatedProvider, staging?: string) =>
    wideProject(provider, "node", { staging, include: ["big.bin"] }, { "big.bin": big });

  test("go to Lambda through a bucket, and are refused without one", async () => {
    const provider = await aws();
    const bucket = await emulatedBucket(provider, "staged");
    const without = project(provider);
    const refused = await without.dativo(["run", "job.yaml"], { env: provider.env });
    expect(refused).toMatchObject({
      code: expect.any(Number),
      stderr: expect.stringMatching(/CLOUD_PACKAGE_TOO_LARGE[\s\S]*cloud_execution\.staging[\s\S]*big\.bin/),
    });
    expect(refused.code).not.toBe(0);
    without.remove();

    const within = project(provider, "s3://staged/here");
    await runsWide(within, provider);
    expect(await bucket.names()).toEqual([expect.stringMatching(/^here\/packages\/[0-9a-f]{64}\.zip$/)]);
    const created = provider.emulator.calls.find(({ operation }) => operation === "CreateFunction");
    expect(created?.input).toMatchObject({ Code: { S3Bucket: "staged" } });
    within.remove();
    await provider.emulator.dispose();
  });

  test("go to Cloud Functions by the address that it gives", async () => {
    const provider = await gcp();
    const within = project(provider);
    const ended = await within.dativo(["cloud", "deploy", "job.yaml", "--json"], { env: provider.env });
    expect(ended.code, ended.stderr).toBe(0);
    expect(JSON.parse(ended.stdout).functions).toMatchObject([{ outcome: "created" }]);
    expect(ended.stderr).toMatch(/uploading 5\d\.\d MB/);
    within.remove();
    await provider.emulator.dispose();
  });
});
