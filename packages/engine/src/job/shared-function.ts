import { isDeepStrictEqual } from "node:util";
import type { CloudExecution } from "@dativo/protocol";
import { cloudLanguage } from "./cloud-runtimes.js";
import type { ResolvedJob } from "./resolved-job.js";

/** Why the plugins of a job that both run in the cloud cannot be in one function; undefined when they can. */
export function whyNotShared({ source, target }: Pick<ResolvedJob, "source" | "target">): string | undefined {
  const reader = source.placement.cloud;
  const writer = target.placement.cloud;
  if (reader === undefined || writer === undefined) return "only one of the plugins runs in the cloud";
  const languages = [source.customReader, target.customWriter].map((reference) =>
    cloudLanguage(reference?.location ?? ""),
  );
  if (languages.includes("python"))
    return languages[0] === languages[1]
      ? "plugins in Python do not share a function"
      : "one plugin needs Python, the other Node";
  const key = firstDifference(reader, writer);
  return key === undefined ? undefined : `cloud_execution of source and target differ in ${key}`;
}

/** Whether a job's reader and writer run in one function. */
export function sharesFunction(job: Pick<ResolvedJob, "source" | "target">): boolean {
  return whyNotShared(job) === undefined;
}

/**
 * The job with a function that is as large as either of its plugins asks for, when they differ in nothing but that:
 * so they share it.
 */
export function withRoomForBoth(job: ResolvedJob): ResolvedJob {
  const { source, target } = job;
  const reader = source.placement.cloud;
  const writer = target.placement.cloud;
  if (reader === undefined || writer === undefined) return job;
  const size = {
    memoryMb: Math.max(reader.memoryMb, writer.memoryMb),
    timeoutSeconds: Math.max(reader.timeoutSeconds, writer.timeoutSeconds),
  };
  const large: ResolvedJob = {
    ...job,
    source: { ...source, placement: { ...source.placement, cloud: { ...reader, ...size } } },
    target: { ...target, placement: { ...target.placement, cloud: { ...writer, ...size } } },
  };
  return sharesFunction(large) ? large : job;
}

function firstDifference(reader: CloudExecution, writer: CloudExecution): string | undefined {
  const left = settings(reader);
  const right = settings(writer);
  return [...new Set([...left.keys(), ...right.keys()])].find(
    (key) => !isDeepStrictEqual(left.get(key), right.get(key)),
  );
}

/** Settings by the key of a job that they come from, those of the provider one by one. */
function settings(execution: CloudExecution): Map<string, unknown> {
  const { provider } = execution;
  const { [provider]: own, ...shared } = execution as CloudExecution & Record<string, object>;
  const named = (entries: object, prefix: string) =>
    Object.entries(entries).map(([key, value]) => [`${prefix}${snake(key)}`, value] as const);
  return new Map([...named(shared, ""), ...named(own ?? {}, `${provider}.`)]);
}

function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
