import { DativoError, type ObjectSpec } from "@dativo/protocol";

/** Makes sure that an object which a reader announces is one it was asked for, and the first time. */
export function assertAsked(
  spec: ObjectSpec,
  asked: readonly { readonly name: string }[],
  begun: { has(name: string): boolean },
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

/** The open object that an event is about, which was announced before. */
export function announced<T>(
  open: ReadonlyMap<string, T>,
  event: { readonly type: string; readonly object: string },
  said = "The reader yielded",
): T {
  const object = open.get(event.object);
  if (object !== undefined) return object;
  throw new DativoError({
    code: "ABI_VIOLATION",
    message: `${said} a ${event.type} of "${event.object}" before it announced that object.`,
    details: { object: event.object },
  });
}
