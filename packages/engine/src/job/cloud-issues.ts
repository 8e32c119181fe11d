import { type ConfigIssue, configIssue } from "./config-error.js";
import type { Side } from "./connector-recipe.js";
import { formatKeyPath, type KeyPath } from "./key-path.js";
import type { Places } from "./places.js";
import type { JobWarning } from "./resolved-job.js";

/** Collects what is wrong below `engine.cloud_execution` of one side. */
export class CloudIssues {
  readonly issues: ConfigIssue[] = [];
  readonly warnings: JobWarning[] = [];

  constructor(
    private readonly side: Side,
    private readonly places: Places,
  ) {}

  fail(path: KeyPath, problem: string, hint: string): void {
    const full = this.path(path);
    this.issues.push(
      configIssue({
        code: "CONFIG_INVALID",
        ...this.places.valueAt(full),
        key: formatKeyPath(full),
        problem,
        hint,
      }),
    );
  }

  warn(path: KeyPath, message: string): void {
    const full = this.path(path);
    this.warnings.push({ kind: "job", key: formatKeyPath(full), ...this.places.keyAt(full), message });
  }

  atMost(key: string, value: number, limit: number, title: string): void {
    if (value > limit)
      this.fail(
        [key],
        `It should be a number of at most ${limit}, but is ${value}.`,
        `${title} allows no more.`,
      );
  }

  form(path: KeyPath, value: string | undefined, form: RegExp, wanted: string): void {
    if (value !== undefined && !form.test(value))
      this.fail(path, `It should be ${wanted}, but is the text "${value}".`, "Correct the value.");
  }

  private path(path: KeyPath): KeyPath {
    return [this.side, "engine", "cloud_execution", ...path];
  }
}
