import type { Progress } from "../run/progress.js";
import type { PartitionTask } from "./partition-task.js";

/** Adds the progress of the parts of a run up to that of its objects. */
export class PartsProgress {
  private readonly last = new Map<string, Progress>();

  constructor(
    private readonly tasks: readonly PartitionTask[],
    private readonly onProgress: ((progress: Progress) => void) | undefined,
  ) {}

  /** What takes the progress of one part; undefined when nobody looks. */
  of(name: string): ((progress: Progress) => void) | undefined {
    const { onProgress } = this;
    if (onProgress === undefined) return undefined;
    return (progress) => {
      this.last.set(name, progress);
      onProgress(this.sum(progress.object));
    };
  }

  private sum(object: string): Progress {
    const parts = this.tasks.filter((task) => task.object === object).map(({ name }) => this.last.get(name));
    const known = parts.filter((part) => part !== undefined);
    const add = (value: (progress: Progress) => number) => known.reduce((sum, part) => sum + value(part), 0);
    const isEstimated = parts.every((part) => part?.estimate !== undefined);
    return {
      object,
      read: add(({ read }) => read),
      ...(isEstimated ? { estimate: add(({ estimate = 0 }) => estimate) } : {}),
      records_per_second: add(({ records_per_second, done }) => (done ? 0 : records_per_second)),
      checkpoint: add(({ checkpoint }) => checkpoint),
      done: parts.every((part) => part?.done === true),
    };
  }
}
