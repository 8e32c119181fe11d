import type { Plugin } from "@dativo/protocol";
import { notApplicable } from "../checks/check-failure.js";
import type { Subject } from "../plugin/subject.js";
import type { ProbeRequest } from "./probe-request.js";
import { type ProbeOutcome, runProbe } from "./run-probe.js";

/** What is done with the world of a plugin while that world stands. */
export type ProbeUse<T> = (work: ProbeRequest["work"], plugin: Plugin) => Promise<T>;

/** Probes of one plugin; each is sent once, and its outcome looked at by several checks. */
export interface Probes {
  /** Uses the plugin a few times. @throws NotApplicable */
  use(): Promise<ProbeOutcome>;
  /** Uses it so often that its memory tells something. @throws NotApplicable */
  repeat(): Promise<ProbeOutcome>;
  /** Calls the functions of a native plugin directly. @throws NotApplicable */
  abi(): Promise<ProbeOutcome>;
}

/** The probes of a subject, whose world `within` sets up for as long as one runs. */
export function probesOf(
  subject: Subject,
  within: (use: ProbeUse<ProbeOutcome>) => Promise<ProbeOutcome>,
): Probes {
  const outcomes = new Map<ProbeRequest["task"], Promise<ProbeOutcome>>();
  const probe = (task: ProbeRequest["task"]) => {
    let outcome = outcomes.get(task);
    if (outcome === undefined) {
      outcome = within((work, plugin) =>
        runProbe(requestOf(subject, task, work, plugin), subject.runtime === "native"),
      );
      outcomes.set(task, outcome);
    }
    return outcome;
  };
  return { use: () => probe("use"), repeat: () => probe("repeat"), abi: () => probe("abi") };
}

function requestOf(
  { reference, projectRoot, loading }: Subject,
  task: ProbeRequest["task"],
  work: ProbeRequest["work"],
  plugin: Plugin,
): ProbeRequest {
  if (loading === undefined)
    notApplicable("The plugin was handed over by a test, and no other process can load it.");
  // Plugins in a process of their own say what they were loaded from.
  const { sources } = plugin as { readonly sources?: readonly string[] };
  const library = loading.library ?? sources?.[0];
  if (task === "abi" && library === undefined)
    notApplicable("Where the library is, is only known when the plugin runs in a process of its own.");
  return { reference, projectRoot, task, work, loading: { ...loading, library } };
}
