import { basename, relative, sep } from "node:path";
import type { CloudExecution, Redactor } from "@dativo/protocol";
import type { FunctionPlugin } from "../deploy/function-deployer.js";
import type { PackageFile } from "./function-host.js";
import type { PackagedPlugin } from "./function-manifest.js";

/** Folder of a package that holds the project's files. */
export const PROJECT = "project";

/** What is packaged, and for which function. */
export interface PluginSource {
  readonly plugin: FunctionPlugin;
  readonly execution: CloudExecution;
  readonly projectRoot: string;
  readonly searchPaths: readonly string[];
  /** Interpreter of a Python plugin, as the job names it. */
  readonly python?: string;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
  readonly onProgress: (step: string) => void;
}

/** One plugin's part of a package. */
export interface PluginPackage {
  readonly plugin: PackagedPlugin;
  readonly files: readonly PackageFile[];
  /** What the author should know, though it packages. */
  readonly notices: readonly string[];
}

/** Where a file of the project lies in a package. */
export function projectPath(file: string, projectRoot: string): string {
  const below = relative(projectRoot, file).split(sep);
  // Providers treat a folder of that name as their own.
  const path = below.map((part) => (part === "node_modules" ? "packages" : part)).join("/");
  return `${PROJECT}/${path.startsWith("../") ? basename(file) : path}`;
}
