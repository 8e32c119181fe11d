import { expect, test } from "vitest";
import type { FunctionPackage } from "../package/function-package.js";
import { aws, requestFor } from "../package/testing/project.js";
import { functionIdentity, functionVariables } from "./function-identity.js";

const PACKAGED: FunctionPackage = {
  zip: new Uint8Array(),
  sha256: "aa",
  unpackedBytes: 0,
  runtime: "nodejs24.x",
  handler: "index.handler",
  architecture: "x86_64",
  environment: { NODE_OPTIONS: "--enable-source-maps" },
  manifest: { version: 1, plugins: [], project: "project" },
  largest: [],
  notices: [],
};
const identity = (changes: Parameters<typeof aws>[0] = {}, packaged = PACKAGED, jobKey = "-/-/job") =>
  functionIdentity({ ...requestFor("/p", ["a.ts:A"], aws(changes)), jobKey }, packaged);

test("a function is named by its package, its job and its configuration", () => {
  const { name, scope } = identity();
  expect(name).toMatch(/^dativo-[0-9a-f]{16}$/);
  expect(identity()).toEqual({ name, scope });
  const others = [
    identity({ memoryMb: 513 }),
    identity({ environmentVariables: { A: "b" } }),
    identity({ secrets: { "credentials.a": "b" } }),
    identity({}, { ...PACKAGED, sha256: "ab" }),
    identity({}, PACKAGED, "-/-/other"),
  ];
  expect(new Set([name, ...others.map((other) => other.name)]).size).toBe(6);
  expect(others.slice(0, 4).every((other) => other.scope === scope)).toBe(true);
  expect(others[4]?.scope).not.toBe(scope);
});

test("what can be changed in place, and the order of variables, make no other function", () => {
  const { name } = identity({ environmentVariables: { A: "1", B: "2" } });
  expect(identity({ environmentVariables: { B: "2", A: "1" } }).name).toBe(name);
  expect(identity({ environmentVariables: { A: "1", B: "2" }, maxConcurrency: 9 }).name).toBe(name);
});

test("the job's variables come last, and the function knows its job", () => {
  const request = requestFor("/p", ["a.ts:A"], aws({ environmentVariables: { NODE_OPTIONS: "--own" } }));
  expect(functionVariables(request, PACKAGED)).toEqual({ NODE_OPTIONS: "--own", DATIVO_JOB: "-/-/job" });
});
