/** A printed document without the stack in its error, which is for `--debug`. */
export function withoutStack(document: unknown): unknown {
  const { error } = (document ?? {}) as {
    readonly error?: { readonly details?: Readonly<Record<string, unknown>> };
  };
  if (error?.details?.stack === undefined) return document;
  const { stack: _, ...details } = error.details;
  return { ...(document as object), error: { ...error, details } };
}
