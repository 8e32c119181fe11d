import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { MockCloudFunctionsOptions } from "./mock-cloud-functions-options.js";

/** A function that cannot be built, and what the build says of it. */
export class BuildFailure extends Error {}

/**
 * The command that serves a function by the Functions Framework of its language.
 *
 * @throws BuildFailure when the source lacks its main file, or the framework is not installed
 */
export function frameworkCommand(
  runtime: string,
  folder: string,
  target: string,
  port: number,
  { interpreters = {} }: MockCloudFunctionsOptions,
): [string, ...string[]] {
  const common = [`--target=${target}`, `--port=${port}`, "--signature-type=http"];
  if (runtime.startsWith("nodejs")) {
    const main = mainOf(folder);
    if (!existsSync(join(folder, main)))
      throw new BuildFailure(
        `function.js does not exist; index.js does not exist; ${main} is not in the source`,
      );
    return [interpreters.nodejs ?? process.execPath, nodeFramework(folder), `--source=${folder}`, ...common];
  }
  const main = join(folder, "main.py");
  if (!existsSync(main)) throw new BuildFailure("missing main.py and GOOGLE_FUNCTION_SOURCE not specified.");
  return [interpreters.python ?? "python3", "-m", "functions_framework", `--source=${main}`, ...common];
}

/** The file that a Node.js function is in. */
function mainOf(folder: string): string {
  const manifest = join(folder, "package.json");
  const { main } = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, "utf8")) as { main?: string })
    : {};
  return main ?? (existsSync(join(folder, "function.js")) ? "function.js" : "index.js");
}

/** The framework that the source brings, or the one that is installed beside the kit or the tests. */
function nodeFramework(folder: string): string {
  for (const from of [join(folder, "index.js"), import.meta.url, join(process.cwd(), "index.js")])
    try {
      const index = createRequire(from).resolve("@google-cloud/functions-framework");
      return join(dirname(index), "main.js");
    } catch {
      // Looked for elsewhere.
    }
  throw new BuildFailure(
    "The Functions Framework is not installed here: npm install -D @google-cloud/functions-framework",
  );
}
