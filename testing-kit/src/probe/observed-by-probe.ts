import { BaselineFailed } from "../plugin/baseline-failed.js";
import type { Observed } from "../plugin/process-observer.js";
import { growth, type ProcessSnapshot } from "./process-snapshot.js";
import type { ProbeOutcome } from "./run-probe.js";

/**
 * What a probe saw a plugin do to its process.
 *
 * @throws BaselineFailed when the plugin could not be used, which is for other checks to judge
 */
export function observedByProbe(outcome: ProbeOutcome): Observed {
  const { used, failed, crashed, printed, hosts } = outcome;
  if (used === undefined)
    throw new BaselineFailed(
      failed === undefined
        ? `Its process ${crashed?.how ?? "ended"}, within ${crashed?.step ?? "its start"}.`
        : `${failed.code}: ${failed.message}`,
    );
  const [first, warm, last] = used.snapshots;
  return {
    printed: [...linesOf(printed), ...said(used.events, "print")],
    hosts: [...new Set([...hosts, ...said(used.events, "connect")])].sort(),
    leaked: {
      ...named("open file", growth(warm.files, last.files)),
      ...named("thread", growth(warm.threads, last.threads)),
      ...named("process", growth(warm.children, last.children)),
    },
    changed: changes(first, last),
  };
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function said(events: readonly string[], verb: string): string[] {
  return events.filter((event) => event.startsWith(`${verb} `)).map((event) => event.slice(verb.length + 1));
}

function named(kind: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${kind} ${name}`, count]));
}

function changes(before: ProcessSnapshot, after: ProcessSnapshot): string[] {
  const differing = (
    first: Readonly<Record<string, string>>,
    second: Readonly<Record<string, string>>,
  ): string[] =>
    [...new Set([...Object.keys(first), ...Object.keys(second)])].filter(
      (name) => first[name] !== second[name],
    );
  return [
    ...(before.folder === after.folder ? [] : ["the working folder"]),
    ...differing(before.variables, after.variables).map((name) => `the variable ${name}`),
    ...differing(before.settings, after.settings),
  ];
}
