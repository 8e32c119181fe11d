import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CloudExecution } from "@dativo/protocol";
import type { FunctionRequest } from "./function-deployer.js";

/** What this project keeps of a function that it used, so that what it costs can be told later. */
export interface DeploymentRecord {
  readonly name: string;
  readonly resource: string;
  readonly job: string;
  readonly plugins: readonly string[];
  readonly provider: CloudExecution["provider"];
  readonly memory_mb: number;
  readonly architecture: "x86_64" | "arm64";
  readonly runtime: string;
}

function fileOf(projectRoot: string, name: string): string {
  return join(projectRoot, ".dativo", "cloud", "functions", `${name}.json`);
}

/** Keeps what a function is. */
export function keepDeploymentRecord(
  { execution, plugins, jobKey, projectRoot }: FunctionRequest,
  { name, resource }: { readonly name: string; readonly resource: string },
): void {
  const record: DeploymentRecord = {
    name,
    resource,
    job: jobKey,
    plugins: plugins.map(({ reference }) => reference.text),
    provider: execution.provider,
    memory_mb: execution.memoryMb,
    architecture: execution.provider === "aws" ? execution.aws.architecture : "x86_64",
    runtime: execution.runtime,
  };
  const file = fileOf(projectRoot, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** What is known of a function; undefined when this project never used it, or forgot it. */
export function readDeploymentRecord(projectRoot: string, name: string): DeploymentRecord | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(projectRoot, name), "utf8")) as DeploymentRecord;
  } catch {
    return undefined;
  }
}
