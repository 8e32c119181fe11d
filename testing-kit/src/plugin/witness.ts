import { type Canary, findCanary } from "../project/canaries.js";
import { canonical } from "./canonical.js";

/** A secret that turned up where it must not. */
export interface Leak {
  readonly key: string;
  /** What gave it away, such as `a log record`. */
  readonly where: string;
  readonly around: string;
}

/** Looks at everything a plugin hands over while other checks run, for the secrets it was given. */
export class Witness {
  readonly leaks: Leak[] = [];
  /** How many things were looked at. */
  seen = 0;

  constructor(private readonly canaries: readonly Canary[]) {}

  readonly see = (where: string, value: unknown): void => {
    this.seen += 1;
    const found = findCanary(typeof value === "string" ? value : canonical(value), this.canaries);
    if (found === undefined) return;
    const { canary, around } = found;
    if (!this.leaks.some((leak) => leak.key === canary.key && leak.where === where))
      this.leaks.push({ key: canary.key, where, around });
  };
}
