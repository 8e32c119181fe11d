import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CloudExecution } from "@dativo/protocol";
import type { TargetPlatform } from "../config/target-platform.js";
import { folderFiles } from "./folder-files.js";
import type { FunctionHost, PackageFile } from "./function-host.js";
import type { PackagedPlugin } from "./function-manifest.js";
import { koffiFiles } from "./koffi-files.js";

/** Name under which Cloud Functions finds what it calls. */
const GCP_TARGET = "dativo";

/** The Functions Framework that a function of Cloud Functions is started by, which the provider installs. */
const NODE_FRAMEWORK = { "@google-cloud/functions-framework": "5.0.5" };
const PYTHON_FRAMEWORK = "functions-framework==3.10.2\n";

const ownFolder = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The host of a language for a provider, with all that it needs to load plugins of that language. */
export function functionHost(
  provider: CloudExecution["provider"],
  language: PackagedPlugin["language"],
  platform: TargetPlatform,
): FunctionHost {
  if (language === "python") return pythonHost(provider);
  const host = provider === "aws" ? "node-lambda.mjs" : "node-gcp.mjs";
  return {
    files: [
      { path: "index.mjs", contents: readFileSync(ownFolder(`dist/function/${host}`)) },
      text(
        "package.json",
        JSON.stringify({
          type: "module",
          main: "index.mjs",
          ...(provider === "gcp" ? { dependencies: NODE_FRAMEWORK } : {}),
        }),
      ),
      ...(language === "native" ? koffiFiles(platform) : []),
    ],
    handler: provider === "aws" ? "index.handler" : GCP_TARGET,
    environment: { NODE_OPTIONS: "--enable-source-maps" },
  };
}

/** Programs among the files of the Python host. */
const PROGRAMS: ReadonlySet<string> = new Set(["dativo-bootstrap"]);

/** File of the Python host that only Cloud Functions starts. */
const GCP_MAIN = "main.py";

function pythonHost(provider: CloudExecution["provider"]): FunctionHost {
  const runtime = dirname(createRequire(import.meta.url).resolve("@dativo/runtime-python/package.json"));
  const own = ownFolder("python");
  const isForProvider = (path: string) => (provider === "aws" ? path !== GCP_MAIN : !PROGRAMS.has(path));
  const host = existsSync(own) ? folderFiles(own, "", isForProvider) : [];
  return {
    files: [
      ...host.map((file) => ({ ...file, executable: PROGRAMS.has(file.path) })),
      ...folderFiles(join(runtime, "python", "dativo_ingest"), "dativo_ingest"),
      ...(provider === "gcp" ? [text("requirements.txt", PYTHON_FRAMEWORK)] : []),
    ],
    handler: provider === "aws" ? "dativo_function.handler" : GCP_TARGET,
    environment: {
      PYTHONUNBUFFERED: "1",
      ...(provider === "aws" ? { AWS_LAMBDA_EXEC_WRAPPER: "/var/task/dativo-bootstrap" } : {}),
    },
  };
}

function text(path: string, contents: string): PackageFile {
  return { path, contents: new TextEncoder().encode(contents) };
}
