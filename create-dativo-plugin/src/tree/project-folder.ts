import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { Failure } from "../failure.js";

/** What may lie in a folder that still counts as empty. */
const IGNORED = new Set([".git", ".DS_Store"]);

/** A folder that a project is in, or will be. Nothing is read or written outside it, links included. */
export class ProjectFolder {
  readonly root: string;

  constructor(path: string) {
    this.root = resolve(path);
  }

  /** Whether nothing is there that a new project could disturb. */
  isEmpty(): boolean {
    try {
      return readdirSync(this.root).every((name) => IGNORED.has(name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return true;
      const what = code === "ENOTDIR" ? "is a file" : "cannot be read";
      throw new Failure("TARGET_CONFLICT", `${this.root} ${what}.`, "Name another folder.");
    }
  }

  /** Whether something is at a path. */
  has(path: string): boolean {
    return this.kindOf(path) !== "missing";
  }

  /** Text of a file, or undefined when there is none. @throws Failure `TARGET_CONFLICT` when it is no plain file */
  read(path: string): string | undefined {
    const place = this.placeOf(path);
    const kind = this.kindOf(path);
    if (kind === "missing") return undefined;
    if (kind === "other") throw new Failure("TARGET_CONFLICT", `${place} is not a file.`, "Move it away.");
    return readFileSync(place, "utf8");
  }

  /**
   * Absolute place of a path, which starts at the root and is written with `/`.
   *
   * @throws Failure `TARGET_CONFLICT` when it leads out of the root, by `..` or by a link
   */
  placeOf(path: string): string {
    const normal = posix.normalize(path);
    if (
      normal !== path ||
      normal === ".." ||
      normal.startsWith("../") ||
      posix.isAbsolute(normal) ||
      /[\\:\0]/.test(path)
    )
      throw new Failure("TARGET_CONFLICT", `${JSON.stringify(path)} does not stay in the project.`);
    const parts = path.split("/");
    for (let count = 1; count <= parts.length; count += 1) {
      const place = join(this.root, ...parts.slice(0, count));
      if (statOf(place)?.isSymbolicLink())
        throw new Failure(
          "TARGET_CONFLICT",
          `${place} is a link, which may lead out of the project.`,
          "Replace it by what it points to.",
        );
    }
    return join(this.root, ...parts);
  }

  private kindOf(path: string): "file" | "other" | "missing" {
    const stat = statOf(this.placeOf(path));
    if (stat === undefined) return "missing";
    return stat.isFile() ? "file" : "other";
  }
}

function statOf(place: string) {
  try {
    return lstatSync(place);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
