import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A project folder with real plugin files, removed when the test is over. */
export class PluginProject {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "dativo-node-")));

  constructor(files: Readonly<Record<string, string>> = {}) {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true, maxRetries: 3 }));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** Writes a file and returns its absolute path. */
  write(path: string, text: string): string {
    const absolute = join(this.root, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
    return absolute;
  }
}

/** Bodies of a reader's methods; what is absent does the least that the contract allows. */
export interface ReaderBodies {
  readonly top?: string;
  readonly spec?: string;
  readonly open?: string;
  readonly check?: string;
  readonly discover?: string;
  readonly estimate?: string;
  /** Absent for a reader that does not divide its objects. */
  readonly partitions?: string;
  /** Body of an async generator. */
  readonly extract?: string;
  readonly close?: string;
}

/** The text of a TypeScript plugin with an export `Reader`. */
export function readerFile(bodies: ReaderBodies = {}): string {
  return `
const PLUGIN = Symbol.for("dativo.plugin");
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
${bodies.top ?? ""}
export const Reader = { [PLUGIN]: {
  spec: { name: "sample", kind: "reader", version: "1.0.0", api: 1, ${bodies.spec ?? ""} },
  async openWriter(): Promise<any> { throw new Error("not a writer"); },
  async openReader({ host, config, defaultObject }: any): Promise<any> {
    ${bodies.open ?? ""}
    return {
      async check(signal: AbortSignal) { ${bodies.check ?? 'return { success: true, message: "fine" };'} },
      async discover(signal: AbortSignal) { ${bodies.discover ?? "return { objects: [], metadata: {} };"} },
      async estimate(request: any, signal: AbortSignal) { ${bodies.estimate ?? "return null;"} },
      ${bodies.partitions === undefined ? "" : `async partitions(request: any, signal: AbortSignal) { ${bodies.partitions} },`}
      async *extract(request: any, signal: AbortSignal) { ${bodies.extract ?? ""} },
      async close() { ${bodies.close ?? ""} },
    };
  },
} };
`;
}

/** Bodies of a writer's methods; what is absent does the least that the contract allows. */
export interface WriterBodies {
  readonly top?: string;
  readonly open?: string;
  readonly write?: string;
  readonly flush?: string;
  readonly commit?: string;
  readonly abort?: string;
  readonly close?: string;
}

/** The text of a TypeScript plugin with an export `Writer`. */
export function writerFile(bodies: WriterBodies = {}): string {
  return `
const PLUGIN = Symbol.for("dativo.plugin");
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
${bodies.top ?? ""}
export const Writer = { [PLUGIN]: {
  spec: { name: "sample", kind: "writer", version: "1.0.0", api: 1, idempotentCommit: true },
  async openReader(): Promise<any> { throw new Error("not a reader"); },
  async openWriter({ host, config, asset, object, mode, outputBase }: any): Promise<any> {
    ${bodies.open ?? ""}
    return {
      async check(signal: AbortSignal) { return { success: true, message: "fine" }; },
      async write(request: any, signal: AbortSignal) { ${bodies.write ?? "return { files: [] };"} },
      async flush(token: string, signal: AbortSignal) { ${bodies.flush ?? "return { files: [] };"} },
      async commit(request: any, signal: AbortSignal) { ${bodies.commit ?? 'return { status: "success", files_added: 0 };'} },
      async abort(request: any, signal: AbortSignal) { ${bodies.abort ?? ""} },
      async close() { ${bodies.close ?? ""} },
    };
  },
} };
`;
}
