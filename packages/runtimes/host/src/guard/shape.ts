import { wrongShapeError } from "./call-errors.js";
import { describeValue } from "./describe-value.js";

/** The part of a zod schema that is used here. */
export interface ShapeSchema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly ShapeIssue[] } };
}

interface ShapeIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Checks what a call returned.
 *
 * @throws DativoError `PLUGIN_WRONG_SHAPE`
 */
export function checkShape<T>(
  schema: ShapeSchema<T>,
  name: string,
  value: unknown,
  plugin: string,
  call: string,
): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  if (issue === undefined || issue.path.length === 0)
    throw wrongShapeError(plugin, call, `a ${name}`, describeValue(value));
  const path = issue.path.map(String).join(".");
  throw wrongShapeError(
    plugin,
    call,
    `a ${name} (${path}: ${issue.message})`,
    describeValue(at(value, issue.path)),
  );
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const key of path) inner = (inner as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return inner;
}
