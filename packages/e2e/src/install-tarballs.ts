import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

/** Published packages, in the order of their arrows. */
const PACKAGES = [
  "protocol",
  "sdk",
  "columnar",
  "engine",
  "runtimes/host",
  "runtimes/native",
  "runtimes/node",
  "runtimes/python",
  "connectors",
  "cloud",
  "cli",
  "../testing-kit",
  "../create-dativo-plugin",
];

declare module "vitest" {
  interface ProvidedContext {
    /** Folder whose node_modules holds the packages as a stranger would have installed them. */
    installation: string;
  }
}

/**
 * Packs every published package and installs the tarballs into an empty folder outside the repository, so that the
 * tests run what users get: missing files, wrong exports and undeclared dependencies fail here.
 */
export default function setup(project: TestProject): () => Promise<void> {
  const installation = mkdtempSync(join(tmpdir(), "dativo-stranger-"));
  const tarballs = join(installation, "tarballs");
  mkdirSync(tarballs);
  const packages = fileURLToPath(new URL("../..", import.meta.url));
  execFileSync(
    "npm",
    ["pack", "--silent", "--pack-destination", tarballs, ...PACKAGES.map((name) => join(packages, name))],
    { cwd: packages, stdio: ["ignore", "ignore", "inherit"] },
  );
  writeFileSync(
    join(installation, "package.json"),
    JSON.stringify({ name: "stranger", private: true, type: "module" }),
  );
  execFileSync(
    "npm",
    [
      "install",
      "--no-fund",
      "--no-audit",
      "--prefer-offline",
      ...readdirSync(tarballs).map((file) => join(tarballs, file)),
      "zod",
    ],
    {
      cwd: installation,
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  project.provide("installation", installation);
  // Workers end meanwhile, which is not heard of by whoever removes half a gigabyte in one call.
  return () => rm(installation, { recursive: true, force: true });
}
