import type { Row } from "@dativo/protocol";
import { canonical } from "../../plugin/canonical.js";
import type { WriterLab } from "../../plugin/writer-lab.js";
import type { WriterWorld } from "../../plugin/writer-world.js";
import { fail, notApplicable } from "../check-failure.js";

/**
 * Whether a stored value is the one that was given: the same, or written another way without loss, such as an
 * instant in another notation, digits as text, or nothing for null.
 */
export function sameStored(given: unknown, stored: unknown): boolean {
  if (given === null || given === undefined) return stored === null || stored === undefined || stored === "";
  if (canonical(given) === canonical(stored)) return true;
  if (typeof given === "boolean") return String(stored) === String(given);
  if (typeof given === "number" || typeof given === "bigint")
    return stored !== "" && stored !== null && exactNumber(given) === exactNumber(stored);
  if (given instanceof Uint8Array)
    return typeof stored === "string" && stored === Buffer.from(given).toString("base64");
  const instant = instantOf(given);
  return instant !== undefined && instant === instantOf(stored);
}

function exactNumber(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string" && /^-?\d+$/.test(value)) return BigInt(value).toString();
  const number = Number(value);
  return Number.isInteger(number) && Math.abs(number) < 2 ** 53 ? String(BigInt(number)) : String(number);
}

function instantOf(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const instant = Date.parse(/(Z|[+-]\d{2}(:?\d{2})?)$/.test(value) ? value : `${value.replace(" ", "T")}Z`);
  return Number.isNaN(instant) ? undefined : instant;
}

/** Rows by id, however the id is written. */
function byId(rows: readonly unknown[]): Map<string, Readonly<Record<string, unknown>>[]> {
  const found = new Map<string, Readonly<Record<string, unknown>>[]>();
  for (const row of rows as readonly Readonly<Record<string, unknown>>[]) {
    const id = exactNumber(row.id);
    found.set(id, [...(found.get(id) ?? []), row]);
  }
  return found;
}

/** What differs between the rows given and those visible, in a line; undefined when nothing does. */
export function storedDifference(given: readonly Row[], visible: readonly unknown[]): string | undefined {
  const stored = byId(visible);
  const lines: string[] = [];
  for (const row of given) {
    const copies = stored.get(exactNumber(row.id)) ?? [];
    stored.delete(exactNumber(row.id));
    if (copies.length === 0) lines.push(`id ${row.id}: missing`);
    else if (copies.length > 1) lines.push(`id ${row.id}: ${copies.length} times`);
    else
      for (const [column, value] of Object.entries(row)) {
        const got = copies[0]?.[column];
        if (!sameStored(value, got))
          lines.push(
            `id ${row.id}, ${column}: given ${canonical(value)}, stored ${got === undefined ? "nothing" : canonical(got)}`,
          );
      }
  }
  for (const [id, copies] of stored) lines.push(`id ${id}: ${copies.length} that were not given`);
  if (lines.length === 0) return undefined;
  return lines.length > 6
    ? [...lines.slice(0, 6), `… ${lines.length - 6} more`].join("\n")
    : lines.join("\n");
}

/** Fails unless exactly the rows given are visible in the target. */
export async function mustHold(
  world: WriterWorld,
  given: readonly Row[],
  what: string,
  advice?: string,
): Promise<void> {
  const visible = await world.visible();
  if (visible === undefined) fail(`${what}\nThe target cannot be read any more.`);
  const difference = storedDifference(given, visible);
  if (difference !== undefined)
    fail(`${what}\n${visible.length} records are visible, ${given.length} should be.`, {
      difference,
      advice,
    });
}

/** Ends the check where the kit cannot look into the target. */
export async function mustBeReadable(lab: WriterLab): Promise<void> {
  const { readable } = await lab.baseline();
  if (!readable)
    notApplicable(
      "The kit cannot look into this target; export readTarget({ object, outputBase, url }) from dativo-test.config.",
    );
}
