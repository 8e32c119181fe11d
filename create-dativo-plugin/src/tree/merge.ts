import { diff3Merge, diffComm } from "node-diff3";

/** A merged text. */
export interface Merged {
  readonly text: string;
  /** Whether it holds conflict markers. */
  readonly conflict: boolean;
}

/** Lines that conflict markers start with. */
const OURS = "<<<<<<< yours";
const BASE = "||||||| template before";
const MIDDLE = "=======";
const THEIRS = ">>>>>>> template now";

/**
 * Merges what the owner of a project made of a file with what the template made of it.
 *
 * Lines that only one side changed are taken from it; where both changed the same lines differently, both are kept
 * between conflict markers. The line ends of `yours` are kept.
 */
export function mergeThreeWay(yours: string, base: string, template: string): Merged {
  const crlf = yours.includes("\r\n");
  const [mine, old, theirs] = [yours, base, template].map(linesOf) as [string[], string[], string[]];
  const lines: string[] = [];
  let conflict = false;
  for (const part of diff3Merge(mine, old, theirs, { excludeFalseConflicts: true }))
    if (part.ok !== undefined) lines.push(...part.ok);
    else if (part.conflict !== undefined) {
      conflict = true;
      const { a, o, b } = part.conflict;
      lines.push(OURS, ...a, BASE, ...o, MIDDLE, ...b, THEIRS);
    }
  const text = lines.join("\n");
  return { text: crlf ? text.replaceAll("\n", "\r\n") : text, conflict };
}

/** Merges lists with an item a line: what both sides added stands together, the owner's first. */
export function mergeUnion(yours: string, base: string, template: string): string {
  const [mine, old, theirs] = [yours, base, template].map(linesOf) as [string[], string[], string[]];
  const lines = diff3Merge(mine, old, theirs, { excludeFalseConflicts: true }).flatMap(({ ok, conflict }) => {
    if (conflict === undefined) return ok ?? [];
    const added = conflict.b.filter((line) => !conflict.o.includes(line) && !conflict.a.includes(line));
    return [...conflict.a, ...added];
  });
  const text = lines.join("\n");
  return yours.includes("\r\n") ? text.replaceAll("\n", "\r\n") : text;
}

/** Merges two texts whose origin is not known: what they have in common stands for it. */
export function mergeWithoutBase(yours: string, template: string): Merged {
  const common = diffComm(linesOf(yours), linesOf(template)).flatMap((part) => part.common ?? []);
  return mergeThreeWay(yours, common.join("\n"), template);
}

/** Whether a text holds conflict markers of an earlier merge. */
export function hasConflictMarkers(text: string): boolean {
  return linesOf(text).some((line) => line === OURS) && linesOf(text).some((line) => line === THEIRS);
}

function linesOf(text: string): string[] {
  return text.replaceAll("\r\n", "\n").split("\n");
}
