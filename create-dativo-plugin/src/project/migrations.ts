import type { ProjectFolder } from "../tree/project-folder.js";

/** A change that merging texts cannot make, such as a file that was renamed. */
export interface Migration {
  /** Applied in the order of their numbers; a number is never used again. */
  readonly number: number;
  readonly summary: string;
  /**
   * What it writes, by path; `null` removes a file. Applying it to its own result gives nothing more to write.
   */
  apply(project: ProjectFolder): ReadonlyMap<string, string | null>;
}

/** Every migration there has been. */
export const MIGRATIONS: readonly Migration[] = [];

/** Their numbers, for projects that are made with all of them in. */
export function migrationNumbers(migrations: readonly Migration[] = MIGRATIONS): number[] {
  return migrations.map(({ number }) => number);
}
