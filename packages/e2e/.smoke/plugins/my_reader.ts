/** Custom reader plugin for JSON APIs: the reader of the plugin development guide, in TypeScript. */
import { BaseReader, type ConnectionTestResult, type DiscoveryResult, type SourceConfig } from "@dativo/sdk";
import { MyApiClient } from "./my_api_client.js";

export class MyCustomReader extends BaseReader {
  static override version = "1.0.0";
  private readonly client: MyApiClient;

  constructor(sourceConfig: SourceConfig) {
    super(sourceConfig);
    this.client = new MyApiClient(
      String(sourceConfig.connection.base_url),
      String(sourceConfig.credentials.api_key),
    );
  }

  override async checkConnection(): Promise<ConnectionTestResult> {
    try {
      await this.client.ping();
      return { success: true, message: "Connection successful" };
    } catch (error) {
      return { success: false, message: `Connection failed: ${error}`, errorCode: "CONNECTION_ERROR" };
    }
  }

  override async discover(): Promise<DiscoveryResult> {
    const objects = await this.client.listObjects();
    return {
      objects: objects.map(({ name, description }) => ({ name, type: "table", description })),
      metadata: { api_version: "v1" },
    };
  }

  override async *extract() {
    for (const objectName of this.sourceConfig.objects) {
      for (let page = 1; ; page += 1) {
        const records = await this.client.getPage(objectName, page);
        if (records.length === 0) break;
        yield records;
      }
    }
  }

  override async getTotalRecordsEstimate(): Promise<number | null> {
    return this.client.getCount().catch(() => null);
  }
}
