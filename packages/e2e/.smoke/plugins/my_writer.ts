/** Custom writer plugin for JSON files: the writer of the plugin development guide, in TypeScript. */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AssetDefinition,
  BaseWriter,
  type CommitResult,
  type ConnectionTestResult,
  type FileMetadata,
  type TargetConfig,
} from "@dativo/sdk";

export class MyCustomWriter extends BaseWriter {
  static override version = "1.0.0";
  private readonly format: string;
  private readonly outputDir: string;

  constructor(assetDefinition: AssetDefinition, targetConfig: TargetConfig, outputBase: string) {
    super(assetDefinition, targetConfig, outputBase);
    const options = (targetConfig.engine.options ?? {}) as { format?: string };
    this.format = options.format ?? "jsonl";
    this.outputDir = outputBase;
    mkdirSync(this.outputDir, { recursive: true });
  }

  override async checkConnection(): Promise<ConnectionTestResult> {
    try {
      const testFile = join(this.outputDir, ".test");
      writeFileSync(testFile, "test");
      rmSync(testFile);
      return { success: true, message: "Target accessible" };
    } catch (error) {
      return { success: false, message: `Target not accessible: ${error}`, errorCode: "ACCESS_ERROR" };
    }
  }

  override async writeBatch(
    records: Record<string, unknown>[],
    fileCounter: number,
  ): Promise<FileMetadata[]> {
    const path = join(
      this.outputDir,
      `${this.assetDefinition.name}_${String(fileCounter).padStart(6, "0")}.json`,
    );
    writeFileSync(
      path,
      this.format === "jsonl"
        ? records.map((record) => `${JSON.stringify(record)}\n`).join("")
        : JSON.stringify(records, null, 2),
    );
    return [{ path, sizeBytes: statSync(path).size, recordCount: records.length }];
  }

  override async commitFiles(files: FileMetadata[]): Promise<CommitResult> {
    return {
      status: "success",
      filesAdded: files.length,
      totalRecords: files.reduce((sum, file) => sum + (file.recordCount ?? 0), 0),
    };
  }
}
