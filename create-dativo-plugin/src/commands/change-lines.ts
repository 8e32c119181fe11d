import type { Terminal } from "../terminal.js";
import type { Change } from "../tree/plan-changes.js";

/** Changes as lines for people. */
export function changeLines(changes: readonly Change[], { colours }: Pick<Terminal, "colours">): string[] {
  return changes
    .filter(({ action }) => action !== "same")
    .map(({ action, path, conflict }) => {
      const mark =
        action === "create" ? colours.green("create") : action === "keep" ? colours.dim("keep  ") : action;
      return `${mark} ${path}${conflict === true ? colours.red("  (conflict)") : ""}`;
    });
}

/** Changes as a document. */
export function changesAsJson(changes: readonly Change[]): object[] {
  return changes.map(({ path, action, conflict }) => ({
    path,
    action,
    ...(conflict === true ? { conflict } : {}),
  }));
}
