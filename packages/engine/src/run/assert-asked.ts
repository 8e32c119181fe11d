import { DativoError, type ObjectSpec } from "@dativo/protocol";
import type { ObjectPlan } from "../plan/plan.js";

/** Makes sure that an object which a reader announces is one it was asked for, and the first time. */
export function assertAsked(
  spec: ObjectSpec,
  asked: readonly ObjectPlan[],
  begun: ReadonlySet<string>,
): void {
  const twice = begun.has(spec.name);
  if (!twice && (asked.length === 0 || asked.some(({ name }) => name === spec.name))) return;
  throw new DativoError({
    code: "ABI_VIOLATION",
    message: twice
      ? `The reader announced the object "${spec.name}" twice.`
      : `The reader yielded the object "${spec.name}", which it was not asked for.`,
    details: { object: spec.name, asked: asked.map(({ name }) => name) },
  });
}
