/** The client that the guide leaves to the reader: a JSON API with pages numbered from 1. */
export class MyApiClient {
  constructor(
    private readonly baseUrl: string,
    private readonly apiKey: string,
  ) {}

  async ping(): Promise<void> {
    await this.get("/ping");
  }

  async listObjects(): Promise<{ name: string; description: string }[]> {
    return (await this.get("/objects")) as { name: string; description: string }[];
  }

  async getPage(objectName: string, page: number): Promise<Record<string, unknown>[]> {
    return (await this.get(`/${encodeURIComponent(objectName)}?page=${page}`)) as Record<string, unknown>[];
  }

  async getCount(): Promise<number> {
    return (await this.get("/count")) as number;
  }

  private async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      headers: { authorization: `Bearer ${this.apiKey}` },
    });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
    return response.json();
  }
}
