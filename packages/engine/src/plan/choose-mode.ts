import {
  DativoError,
  type ObjectSpec,
  type PluginSpec,
  type TableSchema,
  type WriteMode,
} from "@dativo/protocol";

/** Why an object that is read whole is appended all the same. */
export const NO_OTHER_MODE = "the writer knows no other";

/** What the choice of a write mode depends on. */
export interface ModeQuestion {
  /** `target.mode` of the job. */
  readonly wanted: WriteMode | undefined;
  readonly writer: PluginSpec;
  readonly object: Pick<ObjectSpec, "name" | "incremental">;
  /** The reader is asked for everything again. */
  readonly fullRefresh: boolean;
  /** Only a part of the object is read. */
  readonly limited: boolean;
  /** Key that the job names for `merge`. */
  readonly key: readonly string[] | undefined;
  readonly schema: TableSchema | undefined;
}

/** A write mode and why it was chosen. */
export interface ModeChoice {
  readonly mode: WriteMode;
  readonly reason: string;
}

/**
 * Chooses what a commit does to records that are already in the target: what the job says, else `append` for objects
 * that are read incrementally and `replace` for those that are read whole, where the writer knows it.
 *
 * @throws DativoError `CONFIG_INVALID` when the writer does not know the mode, `merge` has no key, or a part of an
 * object would replace all of it
 */
export function chooseMode(question: ModeQuestion): ModeChoice {
  const { wanted, writer, object, limited, fullRefresh } = question;
  const modes = writer.modes ?? ["append"];
  if (wanted !== undefined) {
    if (!modes.includes(wanted))
      throw new DativoError({
        code: "CONFIG_INVALID",
        message: `target.mode is ${wanted}, which the writer ${writer.name} does not know.`,
        hint: `It knows: ${modes.join(", ")}.`,
        details: { key: "target.mode", object: object.name },
      });
    if (wanted === "merge") assertKey(question);
    if (wanted === "replace" && limited)
      throw new DativoError({
        code: "CONFIG_INVALID",
        message: `target.mode is replace, and with a limit ${object.name} would be replaced by a part of it.`,
        hint: "Add --dry-run to look at records without writing them, or run without --limit.",
        details: { key: "target.mode", object: object.name },
      });
    return { mode: wanted, reason: "target.mode" };
  }
  const whole = !object.incremental || fullRefresh;
  if (!whole) return { mode: "append", reason: "read incrementally" };
  if (limited) return { mode: "append", reason: "a part of the object never replaces all of it" };
  if (modes.includes("replace"))
    return { mode: "replace", reason: object.incremental ? "full refresh" : "read whole each time" };
  return { mode: "append", reason: NO_OTHER_MODE };
}

function assertKey({ key, schema, object }: ModeQuestion): void {
  if ((key?.length ?? 0) > 0 || (schema?.key?.length ?? 0) > 0) return;
  throw new DativoError({
    code: "CONFIG_INVALID",
    message: `target.mode is merge, and nothing says which columns identify a record of ${object.name}.`,
    hint: "Name them under target.key, such as key: [id].",
    details: { key: "target.key", object: object.name },
  });
}
