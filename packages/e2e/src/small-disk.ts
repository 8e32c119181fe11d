import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Why disks cannot be mounted here, or undefined when they can: it takes Linux and root. */
export const whyNoDisks =
  process.platform !== "linux"
    ? "only Linux mounts a tmpfs"
    : process.getuid?.() !== 0
      ? "mounting takes root"
      : undefined;

/** A file system of a few megabytes of its own, which can be full or read-only. */
export class SmallDisk implements Disposable {
  constructor(
    readonly path: string,
    megabytes = 16,
  ) {
    mkdirSync(path, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path]);
  }

  /** Takes all the space that is left. */
  fill(): void {
    const file = openSync(this.ballast, "a");
    try {
      // Pages of memory are the unit of this file system; the last writes find the rest.
      for (const bytes of [1 << 20, 1 << 12, 1]) this.write(file, Buffer.alloc(bytes));
    } finally {
      closeSync(file);
    }
  }

  /** Gives back what `fill` took. */
  free(): void {
    rmSync(this.ballast);
  }

  setReadOnly(readOnly: boolean): void {
    execFileSync("mount", ["-o", `remount,${readOnly ? "ro" : "rw"}`, this.path]);
  }

  [Symbol.dispose](): void {
    execFileSync("umount", ["--lazy", this.path]);
  }

  private get ballast(): string {
    return join(this.path, ".ballast");
  }

  private write(file: number, bytes: Buffer): void {
    try {
      for (;;) writeSync(file, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
}
