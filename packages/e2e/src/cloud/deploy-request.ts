import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FunctionRequest } from "@dativo/cloud";
import type { AwsExecution, CloudExecution, GcpExecution } from "@dativo/protocol";
import {
  CONTRACT_VERSION,
  encodeFrame,
  FRAME,
  FRAME_PROTOCOL_VERSION,
  parsePluginReference,
  Redactor,
} from "@dativo/protocol";
import { onTestFinished, vi } from "vitest";

/** A reader of numbers, whose check quotes a variable. */
export const READER = `
import { BaseReader } from "@dativo/sdk";
export class Numbers extends BaseReader {
  async checkConnection() { return { success: true, message: String(process.env.GREETING) }; }
  async discover() { return { objects: [{ name: "numbers", type: "table" }], metadata: {} }; }
  async *extract() { yield [{ id: 1 }, { id: 2 }]; }
}
`;

/** Settings that differ from a function's defaults. */
export interface Changes {
  readonly files?: Readonly<Record<string, string>>;
  readonly reference?: string;
  readonly jobKey?: string;
  readonly shared?: Partial<AwsExecution>;
  readonly aws?: Partial<AwsExecution["aws"]>;
}

const SHARED = {
  memoryMb: 512,
  timeoutSeconds: 300,
  environmentVariables: {},
  secrets: {},
  include: [],
};

/** A request for a function of AWS Lambda, with a project of its own. */
export function awsRequest(changes: Changes = {}): FunctionRequest {
  return requestFor(changes, {
    ...SHARED,
    provider: "aws",
    runtime: "nodejs24.x",
    ...changes.shared,
    aws: { securityGroups: [], subnets: [], architecture: "x86_64", ...changes.aws },
  });
}

/** A request for a function of Cloud Functions, with a project of its own. */
export function gcpRequest(changes: Changes & { readonly gcp?: Partial<GcpExecution["gcp"]> } = {}) {
  const { provider: _, aws: __, ...shared } = { ...changes.shared };
  return requestFor(changes, {
    ...SHARED,
    provider: "gcp",
    runtime: "nodejs24",
    ...shared,
    gcp: { projectId: "my-project", region: "us-central1", ...changes.gcp },
  });
}

function requestFor(changes: Changes, execution: CloudExecution): FunctionRequest {
  const projectRoot = mkdtempSync(join(tmpdir(), "dativo-deploy-"));
  onTestFinished(() => rmSync(projectRoot, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ "numbers.ts": READER, ...changes.files })) {
    mkdirSync(dirname(join(projectRoot, path)), { recursive: true });
    writeFileSync(join(projectRoot, path), text);
  }
  const reference = parsePluginReference(changes.reference ?? "numbers.ts:Numbers");
  return {
    execution,
    plugins: [{ kind: "reader", reference }],
    projectRoot,
    searchPaths: [],
    jobKey: changes.jobKey ?? "-/-/numbers",
    redactor: new Redactor(),
  };
}

/** Sets the variables of an emulator for the time of a test file. */
export function useEnvironment(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
}

/** The frames that ask the reader of `awsRequest` to check, as the first calls of an invocation. */
export function checkFrames(reference = "numbers.ts:Numbers"): Uint8Array {
  const call = (id: number, operation: string, params: Record<string, unknown>) =>
    encodeFrame({ type: FRAME.call, header: { id, operation, params } });
  const limits = {
    response_bytes: 5_000_000,
    stream_bytes: 9_000_000,
    timeout_ms: 60_000,
    reserve_ms: 1000,
    ended: [],
    secrets: {},
  };
  const config = { type: "custom", connection: {}, credentials: {}, objects: [], engine: {} };
  return Buffer.concat([
    encodeFrame({
      type: FRAME.hello,
      header: { protocol: FRAME_PROTOCOL_VERSION, api: CONTRACT_VERSION, name: "test" },
    }),
    call(0, "invocation", limits),
    call(1, "load", { reference, kind: "reader" }),
    call(2, "open_reader", { config, default_object: "numbers", run: { id: "r" }, project_root: "/" }),
    call(3, "check", { instance: 2 }),
    call(4, "close", { instance: 2 }),
  ]);
}
