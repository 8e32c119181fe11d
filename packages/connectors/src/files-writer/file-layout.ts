import { join, relative, sep } from "node:path";
import { FILE_FORMATS } from "../files/file-format.js";
import { safeName } from "./safe-name.js";

const OWN_FILE = new RegExp(`^part-.+-\\d{6,}\\.(?:${FILE_FORMATS.join("|")})(?:\\.gz|\\.zst)?$`);

/** Says whether a file is named the way a file writer names its own. */
export function isOwnFileName(name: string): boolean {
  return OWN_FILE.test(name);
}

/**
 * Where the files of one object go.
 *
 * ```text
 * <base>/<object>/[column=value/]part-<run>-<number>.<format>     visible
 * <base>/.dativo-staging/<run>/<object>/parts/…                    staged, not committed
 * <base>/.dativo-staging/<run>/<object>/generation/…               committed, waiting for `replace` to take effect
 * ```
 */
export class FileLayout {
  /** The folder that holds the object's visible files. */
  readonly folder: string;
  readonly parts: string;
  readonly generation: string;
  /** Says that a replacement has begun, and which files it removes. */
  readonly replacement: string;
  private readonly runName: string;
  private readonly objectName: string;

  constructor(
    readonly base: string,
    object: string,
    runId: string,
    private readonly stagingRoot = join(base, ".dativo-staging"),
  ) {
    this.objectName = safeName(object);
    this.runName = safeName(runId);
    this.folder = join(base, this.objectName);
    this.parts = join(this.staging, "parts");
    this.generation = join(this.staging, "generation");
    this.replacement = join(this.staging, "replacement.json");
  }

  /** The folder of all that this run has staged for the object. */
  get staging(): string {
    return join(this.stagingRoot, this.runName, this.objectName);
  }

  /** The folders that other runs may have staged this object in. */
  stagingOf(runFolder: string): string {
    return join(this.stagingRoot, runFolder, this.objectName);
  }

  /** The folder of all staging; it is removed when it is empty. */
  get stagingTop(): string {
    return this.stagingRoot;
  }

  /** The name, unique over all runs, of a file with a number within the run. */
  fileName(number: number, suffix: string): string {
    return `part-${this.runName}-${String(number).padStart(6, "0")}${suffix}`;
  }

  /** Says whether a visible file was written by this run. */
  isOfThisRun(name: string): boolean {
    const prefix = `part-${this.runName}-`;
    return name.startsWith(prefix) && /^\d{6,}\./.test(name.slice(prefix.length));
  }

  /** Where a file of the parts or the generation becomes visible. */
  visiblePath(staged: string): string {
    return join(this.folder, this.insidePath(staged));
  }

  /** Where a file waits for the replacement. */
  generationPath(staged: string): string {
    return join(this.generation, this.insidePath(staged));
  }

  /** The path below the folder of a COPY, whose name means nothing, or below the generation. */
  private insidePath(staged: string): string {
    if (staged.startsWith(this.generation + sep)) return relative(this.generation, staged);
    return relative(this.parts, staged).split(sep).slice(1).join(sep);
  }
}
