/** A reader of people and teams that does everything by hand, so that each of its promises can be broken by one edit. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseLosslessJson } from "@dativo/protocol";
import {
  AuthenticationError,
  BaseReader,
  type ConnectionTestResult,
  checkpoint,
  DativoError,
  type DiscoveryResult,
  type IncrementalState,
  PluginError,
  RateLimitError,
  type SourceConfig,
  TransientError,
} from "@dativo/sdk";

type Item = Record<string, unknown>;
type Page = { data: Item[]; next: string | null };

/** The instant up to which people were read, and who of that very instant. */
interface Position {
  readonly since: string;
  readonly ids: readonly string[];
}

const OBJECTS = ["people", "teams"];
const LIMIT = 4;
const MAX_ATTEMPTS = 5;

export class PeopleReader extends BaseReader {
  static override version = "1.2.3";
  static override incremental = true;
  private readonly api: Api;

  constructor(source: SourceConfig) {
    super(source);
    this.api = new Api(String(source.connection.base_url), String(source.credentials.api_key), this.signal);
  }

  override async checkConnection(): Promise<ConnectionTestResult> {
    await this.api.get("/me");
    return { success: true, message: "The key is valid." };
  }

  override async discover(): Promise<DiscoveryResult> {
    const columns = [
      { name: "id", type: "integer" },
      { name: "name", type: "string" },
      { name: "score", type: "number" },
      { name: "team", type: "string" },
      { name: "updated_at", type: "timestamp_tz" },
    ];
    const objects = OBJECTS.map((name) => ({ name, type: "table", columns, key: ["id"] }));
    return { objects, metadata: {} };
  }

  override async getTotalRecordsEstimate(): Promise<number | null> {
    const { total } = (await this.api.get("/count")) as { total: number };
    return total;
  }

  override async *extract(state?: IncrementalState) {
    for (const object of this.sourceConfig.objects) {
      if (!OBJECTS.includes(object))
        throw new DativoError({ code: "OBJECT_NOT_FOUND", message: `There is no ${object}.` });
      const from = positionOf(state?.get(object));
      let position = from;
      for await (const page of this.api.pages(`/${object}`, from?.since)) {
        const records = page.filter((item) => !wasDelivered(item, from));
        if (records.length > 0) yield { object, records };
        position = after(position, page);
        if (position !== undefined) yield checkpoint(object, position);
      }
    }
  }

  async close(): Promise<void> {
    this.api.close();
  }
}

function positionOf(state: unknown): Position | undefined {
  if (state === undefined || state === null) return undefined;
  const { since, ids } = state as Partial<Position>;
  if (typeof since !== "string" || Number.isNaN(Date.parse(since)) || !Array.isArray(ids))
    throw new DativoError({ code: "POSITION_INVALID", message: "The position is not one of this reader." });
  return { since, ids };
}

function wasDelivered(item: Item, from: Position | undefined): boolean {
  return from !== undefined && item.updated_at === from.since && from.ids.includes(String(item.id));
}

function after(before: Position | undefined, page: readonly Item[]): Position | undefined {
  let position = before;
  for (const { id, updated_at } of page) {
    const at = String(updated_at);
    if (position !== undefined && at < position.since)
      throw new PluginError(`Records are out of order at ${at}.`);
    const same = position !== undefined && position.since === at ? position.ids : [];
    position = { since: at, ids: [...new Set([...same, String(id)])] };
  }
  return position;
}

/** A client of the API: pages, statuses, waits and cancellation. */
class Api {
  private closed = false;

  constructor(
    private readonly baseUrl: string,
    private readonly key: string,
    private readonly signal: AbortSignal,
  ) {}

  close(): void {
    this.closed = true;
  }

  async *pages(path: string, since: string | undefined): AsyncGenerator<Item[]> {
    const seen = new Set<string>();
    const query = new URLSearchParams({ limit: String(LIMIT), ...(since === undefined ? {} : { since }) });
    for (;;) {
      const { data, next } = pageOf(await this.get(`${path}?${query}`));
      yield data;
      if (next === null) return;
      if (seen.has(next)) throw new PluginError("The API gives the same page again and again.");
      seen.add(next);
      query.set("cursor", next);
    }
  }

  async get(path: string): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.send(path);
      } catch (error) {
        if (!isPassing(error) || attempt >= MAX_ATTEMPTS || this.signal.aborted || this.closed) throw error;
        const seconds = error.retryAfterSeconds ?? 0.1 * 2 ** attempt;
        if (seconds > 60) throw error;
        await sleep(seconds * 1000, undefined, { signal: this.signal });
      }
    }
  }

  private async send(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.key}` };
    const response = await fetch(`${this.baseUrl}${path}`, { headers, signal: this.signal }).catch(
      unreachable,
    );
    const { status } = response;
    if (status === 401 || status === 403) throw new AuthenticationError(`The API answered ${status}.`);
    if (status === 429) throw new RateLimitError("The API asks to wait.", waitOf(response));
    if (status >= 500) throw new TransientError(`The API answered ${status}.`, waitOf(response));
    if (status >= 400) throw new PluginError(`The API answered ${status} to GET ${path.split("?")[0]}.`);
    const text = await response.text().catch(unreachable);
    return parsed(text);
  }
}

function parsed(text: string): unknown {
  try {
    return parseLosslessJson(text);
  } catch {
    throw new PluginError("The API answered something that is not JSON.");
  }
}

function pageOf(body: unknown): Page {
  const { data, next } = body as Partial<Page>;
  if (!Array.isArray(data)) throw new PluginError("The API answered without a list of records.");
  return { data, next: next ?? null };
}

function waitOf(response: Response): { retryAfterSeconds?: number } {
  const header = response.headers.get("retry-after");
  if (header === null) return {};
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return { retryAfterSeconds: Math.max(0, seconds) };
}

function isPassing(error: unknown): error is DativoError {
  return error instanceof DativoError && error.retryable;
}

function unreachable(cause: unknown): never {
  if ((cause as Error).name === "AbortError") throw cause;
  throw new TransientError("The API cannot be reached.", { cause });
}
