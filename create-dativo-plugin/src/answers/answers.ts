import type { Auth, Kind, Language, License, Mode, PackageManager } from "./choices.js";

/** Everything that the files of a project depend on; the same answers give the same bytes. */
export interface Answers {
  readonly name: string;
  readonly description: string;
  readonly lang: Language;
  readonly kind: Kind;
  readonly auth: Auth;
  /** Objects of a reader, or those that the sample job of a writer moves; at least one. */
  readonly objects: readonly string[];
  /** What a writer can do with records that are already there; empty for a reader. */
  readonly modes: readonly Mode[];
  readonly license: License;
  readonly pm: PackageManager;
  /** Whether it has workflows for continuous integration. */
  readonly ci: boolean;
}

/** Name of the template that the answers ask for. */
export function templateName({ lang, kind }: Pick<Answers, "lang" | "kind">): string {
  return `${lang}-${kind}`;
}
