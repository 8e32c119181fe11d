import type { CloudExecution } from "@dativo/protocol";

/** What a runtime runs. */
export type CloudLanguage = "node" | "python";

/** A runtime of a provider. */
export interface CloudRuntime {
  readonly name: string;
  readonly language: CloudLanguage;
  /** Day from which the provider creates no function with it any more, when that has come. */
  readonly endOfLife?: string;
}

const alive = (language: CloudLanguage, ...names: string[]): CloudRuntime[] =>
  names.map((name) => ({ name, language }));

const ended = (language: CloudLanguage, days: Readonly<Record<string, string>>): CloudRuntime[] =>
  Object.entries(days).map(([name, endOfLife]) => ({ name, language, endOfLife }));

/** Day on which the tables below were compared with what the providers publish. */
export const RUNTIMES_AS_OF = "2026-11-22";

/** Runtimes of each provider that plugins can be asked to run under, the one that is chosen by default first. */
export const CLOUD_RUNTIMES: Readonly<Record<CloudExecution["provider"], readonly CloudRuntime[]>> = {
  aws: [
    ...alive("node", "nodejs24.x", "nodejs22.x", "nodejs26.x"),
    ...alive("python", "python3.13", "python3.14", "python3.12", "python3.11", "python3.15"),
    ...ended("node", {
      "nodejs20.x": "2026-04-30",
      "nodejs18.x": "2025-09-01",
      "nodejs16.x": "2024-06-12",
    }),
    ...ended("python", {
      "python3.10": "2026-10-31",
      "python3.9": "2025-12-15",
      "python3.8": "2024-10-14",
    }),
  ],
  gcp: [
    ...alive("node", "nodejs24", "nodejs22"),
    ...alive("python", "python313", "python314", "python312", "python311"),
    ...ended("node", { nodejs20: "2026-10-30", nodejs18: "2025-10-30", nodejs16: "2024-01-30" }),
    ...ended("python", { python310: "2026-10-04", python39: "2025-10-05", python38: "2024-10-14" }),
  ],
};

/** The language that a plugin's file is run by, from its ending; shared libraries are loaded by Node. */
export function cloudLanguage(location: string): CloudLanguage {
  return /\.py$/i.test(location) ? "python" : "node";
}
