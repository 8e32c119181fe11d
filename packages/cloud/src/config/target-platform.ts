import type { CloudExecution } from "@dativo/protocol";

/** The machine that a function runs on. */
export interface TargetPlatform {
  /** What it is called, for messages: such as `AWS Lambda nodejs24.x`. */
  readonly title: string;
  readonly architecture: "x86_64" | "arm64";
  /** Version of the C library. */
  readonly glibc: readonly [major: number, minor: number];
}

/** Runtimes of AWS that still run on Amazon Linux 2; newer ones run on Amazon Linux 2023. */
const ON_AMAZON_LINUX_2 = /^python3\.(?:8|9|10|11)$/;

/** The machine that an execution's runtime runs on, as documented; nobody asked the provider. */
export function targetPlatform(execution: CloudExecution): TargetPlatform {
  if (execution.provider === "gcp")
    // Ubuntu 22.04 or newer.
    return { title: `Cloud Functions ${execution.runtime}`, architecture: "x86_64", glibc: [2, 35] };
  return {
    title: `AWS Lambda ${execution.runtime}`,
    architecture: execution.aws.architecture,
    glibc: ON_AMAZON_LINUX_2.test(execution.runtime) ? [2, 26] : [2, 34],
  };
}
