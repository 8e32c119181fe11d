import type { Http } from "@dativo/sdk";

/** The API, as the objects use it. Retries, rate limits and cancellation are taken care of by `http`. */
export class ApiClient {
  readonly #http: Http;
  readonly #pageSize: number;

  constructor(http: Http, pageSize: number) {
    this.#http = http;
    this.#pageSize = pageSize;
  }

  /** Version of the API; fails when the address or the credentials are wrong. */
  async version(): Promise<string> {
    const { version } = await this.#http.json<{ version: string }>("/version");
    return version;
  }

  /** The records of a list, page by page, oldest change first; from `since` on when it is given. */
  pages<Record>(path: string, since: string | undefined): AsyncGenerator<Record[]> {
    return this.#http.pages<Record>(path, {
      query: { since, limit: this.#pageSize },
      records: "data",
      next: { style: "cursor", from: "next_cursor", param: "cursor" },
    });
  }
}
