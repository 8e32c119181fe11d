/** The class form of a writer of JSON lines. */
import { randomUUID } from "node:crypto";
import { access, mkdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  type AbortScope,
  BaseWriter,
  type ConnectionTestResult,
  type FileMetadata,
  type Row,
} from "@dativo/sdk";

export class LinesWriter extends BaseWriter {
  static override version = "1.2.3";
  static override idempotentCommit = true;

  override async checkConnection(): Promise<ConnectionTestResult> {
    await mkdir(this.outputBase, { recursive: true });
    return { success: true, message: "The target can be written to." };
  }

  override async writeBatch(records: readonly Row[], fileCounter: number): Promise<FileMetadata[]> {
    if (records.length === 0) return [];
    await mkdir(this.staging, { recursive: true });
    const path = join(
      this.staging,
      `${this.object}-${String(fileCounter).padStart(6, "0")}-${randomUUID()}.jsonl`,
    );
    await writeFile(path, records.map((record) => `${JSON.stringify(record, exact)}\n`).join(""));
    return [{ path, recordCount: records.length }];
  }

  override async commitFiles(files: readonly FileMetadata[]) {
    for (const { path } of files) {
      const visible = join(this.outputBase, basename(path));
      if (!(await isThere(visible))) await rename(path, visible);
    }
    await this.tidy();
    return { status: "success", filesAdded: files.length };
  }

  override async abortFiles(files: readonly FileMetadata[], { scope }: AbortScope): Promise<void> {
    if (scope === "run") await rm(this.staging, { recursive: true, force: true });
    else for (const { path } of files) await rm(path, { force: true });
    await this.tidy();
  }

  private get object(): string {
    return encodeURIComponent(this.assetDefinition.name)
      .replaceAll(".", "%2E")
      .replaceAll("_", "%5F")
      .slice(0, 120);
  }

  private get staging(): string {
    return join(this.outputBase, "_staging", this.object);
  }

  private async tidy(): Promise<void> {
    for (const folder of [this.staging, join(this.outputBase, "_staging")])
      await rmdir(folder).catch(() => {});
  }
}

function exact(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
