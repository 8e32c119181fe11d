import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { transformSync } from "esbuild";
import { never, PluginBench } from "./plugin-bench.js";
import { PluginProject, readerFile } from "./plugin-project.js";

const run = promisify(execFile);

/** A TypeScript fixture as JavaScript. */
export const asJavaScript = (text: string): string => transformSync(text, { loader: "ts" }).code;

/** A reader whose check answers with an expression. */
export const says = (expression: string, top = ""): string =>
  readerFile({ top, check: `return { success: true, message: String(${expression}) };` });

/** A bench for plugins in this process. */
export function benchFor(files: Record<string, string>, fallbackResolveFrom: string[] = []): PluginBench {
  return new PluginBench(
    new PluginProject(files),
    { kind: "in_process", callTimeoutSeconds: 20 },
    { fallbackResolveFrom },
  );
}

/** What the check of a plugin answers. */
export async function answer(bench: PluginBench, reference = "plugin.ts:Reader"): Promise<string> {
  return (await (await bench.reader(reference)).check(never)).message;
}

/** Runs a script that loads plugins in a Node process of its own, and returns what it printed. */
export async function inProcess(
  bench: PluginBench,
  script: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const file = bench.project.write(
    "host.mjs",
    `import { createNodeRuntime } from ${JSON.stringify(import.meta.resolve("@dativo/runtime-node"))};
import { parsePluginReference, Redactor } from ${JSON.stringify(import.meta.resolve("@dativo/protocol"))};
const redactor = new Redactor(), signal = new AbortController().signal, projectRoot = ${JSON.stringify(bench.project.root)};
const log = (record) => process.stderr.write(JSON.stringify(record) + "\\n");
const runtime = createNodeRuntime();
const load = (reference) => runtime.load(parsePluginReference(reference), { projectRoot, searchPaths: [], placement: { kind: "in_process" }, log, redactor });
const open = async (plugin) => await plugin.openReader({ config: { connection: {}, credentials: {} }, defaultObject: "items", host: { signal, log, redactor, run: { id: "r", job: "j" }, projectRoot } });
${script}`,
  );
  const { stdout } = await run(process.execPath, [file], { env: { ...process.env, ...env } });
  return stdout;
}
