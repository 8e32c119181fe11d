/**
 * Finds the members of objects that are not among the expected ones.
 *
 * Objects of one source nearly always have the same members in the same order, so the answer for the last list of
 * names is kept, and comparing names (which are interned, so by address) is all that most objects cost.
 */
export class MemberNames {
  private readonly expected: ReadonlySet<string>;
  private last: readonly string[] | undefined;
  private lastUnknown: readonly string[] = [];

  constructor(expected: readonly string[]) {
    this.expected = new Set(expected);
  }

  /** Says whether a value is an object with members, as opposed to a list, a date, bytes, a map and so on. */
  accepts(value: unknown): value is object {
    if (typeof value !== "object" || value === null) return false;
    return this.isLikeLast(value) || isRecord(value);
  }

  /** Names of the members that are not expected and have a value. */
  unknownOf(object: object): readonly string[] {
    if (!this.isLikeLast(object)) {
      const names: string[] = [];
      for (const name in object) names.push(name);
      this.last = names;
      this.lastUnknown = Object.keys(object).filter((name) => !this.expected.has(name));
    }
    if (this.lastUnknown.length === 0) return this.lastUnknown;
    return this.lastUnknown.filter((name) => (object as Record<string, unknown>)[name] !== undefined);
  }

  private isLikeLast(object: object): boolean {
    const { last } = this;
    if (last === undefined || last.length === 0) return false;
    let at = 0;
    for (const name in object) if (name !== last[at++]) return false;
    return at === last.length;
  }
}

function isRecord(value: object): boolean {
  return !(
    Array.isArray(value) ||
    ArrayBuffer.isView(value) ||
    value instanceof Date ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof ArrayBuffer
  );
}
