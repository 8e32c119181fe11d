import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type AwsExecution, type GcpExecution, parsePluginReference, Redactor } from "@dativo/protocol";
import { unzipSync } from "fflate";
import { onTestFinished } from "vitest";
import type { DeployOptions, FunctionPlugin, FunctionRequest } from "../../deploy/function-deployer.js";
import type { FunctionPackage } from "../function-package.js";

/** A folder with these files, removed when the test is over. */
export function project(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "dativo-package-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents);
  }
  return root;
}

const SHARED = {
  memoryMb: 512,
  timeoutSeconds: 300,
  environmentVariables: {},
  secrets: {},
  include: [],
};

/** Settings of a function of AWS Lambda. */
export function aws(changes: Partial<AwsExecution> = {}): AwsExecution {
  return {
    ...SHARED,
    provider: "aws",
    runtime: "nodejs24.x",
    aws: { securityGroups: [], subnets: [], architecture: "x86_64" },
    ...changes,
  };
}

/** Settings of a function of Cloud Functions. */
export function gcp(changes: Partial<GcpExecution> = {}): GcpExecution {
  return {
    ...SHARED,
    provider: "gcp",
    runtime: "nodejs24",
    gcp: { projectId: "my-project", region: "us-central1" },
    ...changes,
  };
}

/** A request for a function with plugins of a project. */
export function requestFor(
  projectRoot: string,
  references: readonly [string, ...string[]],
  execution: FunctionRequest["execution"] = aws(),
): FunctionRequest {
  const plugins = references.map(
    (text): FunctionPlugin => ({
      kind: /writer/i.test(text) ? "writer" : "reader",
      reference: parsePluginReference(text),
    }),
  );
  return {
    execution,
    plugins: plugins as [FunctionPlugin, ...FunctionPlugin[]],
    projectRoot,
    searchPaths: [],
    jobKey: "-/-/job",
    redactor: new Redactor(),
  };
}

/** The files of a package by path, as text. */
export function filesOf({ zip }: FunctionPackage): Map<string, string> {
  return new Map(
    Object.entries(unzipSync(zip)).map(([path, contents]) => [path, new TextDecoder().decode(contents)]),
  );
}

/** Asks for a package without being told of its progress. */
export const QUIET: DeployOptions = { signal: new AbortController().signal };
