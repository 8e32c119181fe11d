import { rmSync } from "node:fs";
import type { Project } from "./dativo.js";

/** A project to run the kill job in once, and the edition of the records that the run is to read. */
export interface Lease {
  readonly project: Project;
  readonly edition: number;
}

/** Projects that are used again, since the first run in a new folder has a plugin to compile. */
export class ProjectPool {
  private readonly idle: Project[] = [];
  private readonly all: Project[] = [];
  private edition = 0;

  /** @param keepsTarget whether the next run in a project finds what the one before wrote, to replace or merge it */
  constructor(
    private readonly create: () => Project,
    private readonly keepsTarget: boolean,
  ) {}

  take(): Lease {
    const project = this.idle.pop() ?? this.create();
    if (!this.all.includes(project)) this.all.push(project);
    this.edition += 1;
    return { project, edition: this.edition };
  }

  /** Gives a project back that has no run open; its state is forgotten. */
  giveBack({ project }: Lease): void {
    const used = ["runs", "state", "locks"].map((name) => project.path(".dativo", name));
    for (const path of this.keepsTarget ? used : [...used, project.path("out")])
      rmSync(path, { recursive: true, force: true });
    this.idle.push(project);
  }

  remove(): void {
    for (const project of this.all) project.remove();
  }
}
