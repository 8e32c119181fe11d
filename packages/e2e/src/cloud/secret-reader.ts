import { createHash, randomBytes } from "node:crypto";
import { expect } from "vitest";
import { Project } from "../dativo.js";
import { visibleRecords } from "./cloud-readers.js";
import type { Provider } from "./providers.js";

/** Yields the digest of its key, so that what arrived is seen and the key is not. */
const READER = `import { createHash } from "node:crypto";
import { BaseReader } from "@dativo/sdk";
export class Digest extends BaseReader {
  async *extract() {
    yield [{ id: 1, digest: createHash("sha256").update(this.sourceConfig.credentials.api_key).digest("hex") }];
  }
}
`;

/** A project whose job reads in a function, with a key. */
export function secretProject(provider: Provider, name: string): Project {
  return new Project({
    "digest.ts": READER,
    "job.yaml": `name: ${name}
source:
  custom_reader: "digest.ts:Digest"
  credentials: { api_key: "\${API_KEY}" }
  objects: [digest]
  engine:
${provider.cloudExecution(provider.runtimes.node)}target: { type: jsonl, connection: { path: ./out } }
`,
  });
}

/** Runs it with a key that nobody has, and sees that the function got that key, and that nothing shows it. */
export async function readsWithSecret(project: Project, provider: Provider): Promise<void> {
  const key = randomBytes(24).toString("hex");
  const ended = await project.dativo(["run", "job.yaml", "--json"], {
    env: { ...provider.env, API_KEY: key },
  });
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout + ended.stderr).not.toContain(key);
  const digest = createHash("sha256").update(key).digest("hex");
  expect(visibleRecords(project)).toEqual([JSON.stringify({ id: 1, digest })]);
}
