import type { Placement } from "@dativo/protocol";

/** Names of the providers' functions, as people know them. */
const FUNCTIONS = { aws: "AWS Lambda", gcp: "Google Cloud Functions" } as const;

/** Where a plugin runs, as facts for programs. */
export function runsIn({ kind, cloud, memoryLimitMb }: Placement): Record<string, unknown> {
  if (cloud === undefined)
    return { in: kind, ...(memoryLimitMb === undefined ? {} : { memory_mb: memoryLimitMb }) };
  const { provider, runtime, memoryMb: memory_mb, timeoutSeconds: timeout_seconds } = cloud;
  return { in: kind, provider, runtime, memory_mb, timeout_seconds };
}

/** Where a plugin runs, for people; undefined for the process that is asked. */
export function placementText({ kind, cloud }: Placement): string | undefined {
  if (cloud === undefined) return kind === "child_process" ? "in a process of its own" : undefined;
  const { provider, runtime, memoryMb, timeoutSeconds } = cloud;
  return `in ${FUNCTIONS[provider]}: ${runtime}, ${memoryMb} MB, ${timeoutSeconds} s an invocation`;
}
