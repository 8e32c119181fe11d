import {
  type AssetDefinition,
  BaseReader,
  BaseWriter,
  type CommitResult,
  type ConnectionTestResult,
  checkpoint,
  type DiscoveryResult,
  type FileMetadata,
  type IncrementalState,
  type SourceConfig,
  type TargetConfig,
} from "../src/index.js";

export class MyReader extends BaseReader {
  static override version = "1.0.0";
  constructor(sourceConfig: SourceConfig) {
    super(sourceConfig);
    this.log.info(String(this.sourceConfig.connection.base_url));
  }
  override async checkConnection(): Promise<ConnectionTestResult> {
    return { success: false, message: "no", errorCode: "CONNECTION_ERROR" };
  }
  override async discover(): Promise<DiscoveryResult> {
    return { objects: [{ name: "a", type: "table", description: "b" }], metadata: { api_version: "v1" } };
  }
  override async *extract(state?: IncrementalState) {
    const from = state?.get<{ at: string }>("a")?.at;
    yield [{ from }];
    yield { object: "a", records: [{ from }], position: { at: "x" } };
    yield checkpoint("a", { at: "y" });
  }
  override async getTotalRecordsEstimate(): Promise<number | null> {
    return 1;
  }
}

export class SyncReader extends BaseReader {
  override checkConnection() {
    return { success: true, message: "yes" };
  }
  override *extract() {
    yield [{ a: 1 }];
  }
}

export class MyWriter extends BaseWriter {
  static override version = "1.0.0";
  static override idempotentCommit = true;
  constructor(assetDefinition: AssetDefinition, targetConfig: TargetConfig, outputBase: string) {
    super(assetDefinition, targetConfig, outputBase);
  }
  override async writeBatch(
    records: Record<string, unknown>[],
    fileCounter: number,
  ): Promise<FileMetadata[]> {
    return [{ path: `${this.outputBase}/${fileCounter}`, sizeBytes: 1, recordCount: records.length }];
  }
  override async commitFiles(files: FileMetadata[]): Promise<CommitResult> {
    return {
      status: "success",
      filesAdded: files.length,
      totalRecords: files.reduce((sum, file) => sum + (file.recordCount ?? 0), 0),
    };
  }
  override abortFiles(): void {}
}

export class WrongReader extends BaseReader {
  // @ts-expect-error records come in arrays
  override async *extract() {
    yield 1;
  }
}
