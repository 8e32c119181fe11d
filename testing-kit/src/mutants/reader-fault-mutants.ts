import type { Mutant } from "./mutant.js";
import { CHECKPOINT, classMutant, definedMutant, GET_PAGE, SEND, YIELD } from "./reader-edits.js";

/** Readers that break a promise about failures, values, lifecycle and isolation. */
export const READER_FAULT_MUTANTS: readonly Mutant[] = [
  // Failures
  classMutant("failed-page-ends", "R3.failed-page", "logs a failed page and returns", [
    GET_PAGE,
    "const { data, next } = await this.get(`${path}?${query}`).then(pageOf).catch((error) => { if (this.signal.aborted || !(error instanceof TransientError)) throw error; return { data: [], next: null } as Page; });",
  ]),
  classMutant("server-error-is-final", "R3.server-error", "throws errors that nobody retries", [
    "if (status >= 500) throw new TransientError(`The API answered ${status}.`, waitOf(response));",
    "if (status >= 500) throw new Error(`The API answered ${status}.`);",
  ]),
  classMutant("not-found-ends", "R3.client-error", "takes 404 for the end", [
    "if (status >= 400) throw",
    "if (status === 404) return { data: [], next: null }; if (status >= 400) throw",
  ]),
  classMutant("client-error-is-retried", "R3.client-error", "takes every error for a passing one", [
    "if (status >= 400) throw new PluginError(",
    "if (status >= 400) throw new TransientError(",
  ]),
  classMutant("swallows-401", "R3.unauthorized", "takes 401 for an empty page", [
    "if (status === 401 || status === 403)",
    "if (status === 401) return { data: [], next: null }; if (status === 401 || status === 403)",
  ]),
  classMutant("retries-401", "R3.unauthorized", "tries a refused key again", [
    "if (status === 401 || status === 403) throw new AuthenticationError(`The API answered ${status}.`);",
    "if (status === 401) throw new TransientError(`The API answered ${status}.`, { retryAfterSeconds: 0 }); if (status === 403) throw new AuthenticationError(`The API answered ${status}.`);",
  ]),
  classMutant("misnames-401", "R3.unauthorized", "fails at 401 with an error of no kind", [
    "if (status === 401 || status === 403)",
    'if (status === 401) throw new Error("Unauthorized"); if (status === 401 || status === 403)',
  ]),
  classMutant("swallows-403", "R3.forbidden", "passes over what it may not see", [
    "if (status === 401 || status === 403)",
    "if (status === 403) return { data: [], next: null }; if (status === 401 || status === 403)",
  ]),
  classMutant("ignores-retry-after", "R3.rate-limit", "asks again at once", [
    "const seconds = error.retryAfterSeconds ?? 0.1 * 2 ** attempt;",
    "const seconds = Math.min(error.retryAfterSeconds ?? 1, 0.05 * 2 ** attempt);",
  ]),
  classMutant("misreads-the-date", "R3.rate-limit-date", "reads Retry-After as a number, whatever it is", [
    "const seconds = /^\\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;",
    "const seconds = Number.parseInt(header, 10) || 0;",
  ]),
  classMutant(
    "caps-the-wait",
    "R3.long-wait",
    "waits a second at most",
    ["if (seconds > 60) throw error;", ""],
    ["await sleep(seconds * 1000", "await sleep(Math.min(seconds, 1) * 1000"],
  ),
  classMutant("retries-for-ever", "R3.retries-end", "never gives up", [
    "const MAX_ATTEMPTS = 5;",
    "const MAX_ATTEMPTS = Number.POSITIVE_INFINITY;",
  ]),
  classMutant("cut-page-ends", "R3.cut", "takes a cut connection for the end", [
    "const text = await response.text().catch(unreachable);",
    'const text = await response.text().catch(() => \'{"data":[],"next":null}\');',
  ]),
  classMutant("salvages-half-a-page", "R3.truncated", "parses what it can of a truncated page", [
    'throw new PluginError("The API answered something that is not JSON.");',
    'if (text.startsWith("{")) return { data: [], next: null }; throw new PluginError("The API answered something that is not JSON.");',
  ]),
  classMutant("html-is-empty", "R3.not-json", "takes a page that is no JSON for an empty one", [
    'throw new PluginError("The API answered something that is not JSON.");',
    'if (text.startsWith("<")) return { data: [], next: null }; throw new PluginError("The API answered something that is not JSON.");',
  ]),
  classMutant("error-body-is-empty", "R3.error-body", "puts an empty list where records are missing", [
    'if (!Array.isArray(data)) throw new PluginError("The API answered without a list of records.");\n  return { data, next: next ?? null };',
    "return { data: data ?? [], next: next ?? null };",
  ]),

  // Values
  classMutant("discovers-wall-clocks", "R8.schema", "discovers instants as wall-clock readings", [
    '{ name: "updated_at", type: "timestamp_tz" }',
    '{ name: "updated_at", type: "timestamp" }',
  ]),
  definedMutant("score-is-whole", "R8.schema", "declares a fraction as a whole number", [
    "score: z.number().nullable(),",
    "score: z.int().nullable(),",
  ]),
  definedMutant("team-is-required", "R8.schema", "declares a column that may be null as required", [
    "team: z.string().nullish(),",
    "team: z.string(),",
  ]),
  classMutant("rounds-beyond-2-53", "R8.integers", "parses with JSON.parse", [
    "return parseLosslessJson(text);",
    "return JSON.parse(text);",
  ]),
  classMutant("rounds-scores", "R8.numbers", "rounds to two digits", [
    YIELD,
    "if (records.length > 0) yield { object, records: records.map((item) => ({ ...item, score: Math.round(Number(item.score) * 100) / 100 })) };",
  ]),
  classMutant("trims-names", "R8.text", "trims names", [
    YIELD,
    "if (records.length > 0) yield { object, records: records.map((item) => ({ ...item, name: String(item.name).trim() })) };",
  ]),
  classMutant("drops-nul", "R8.text", "removes what a database might not take", [
    YIELD,
    'if (records.length > 0) yield { object, records: records.map((item) => ({ ...item, name: String(item.name).replaceAll("\\u0000", "") })) };',
  ]),
  classMutant("null-for-missing", "R8.null", "puts null where a member is missing", [
    YIELD,
    "if (records.length > 0) yield { object, records: records.map((item) => ({ ...item, team: item.team ?? null, name: item.name ?? null, score: item.score ?? null })) };",
  ]),
  classMutant("drops-nulls", "R8.null", "leaves out members that are null", [
    YIELD,
    "if (records.length > 0) yield { object, records: records.map((item) => Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null))) };",
  ]),

  // Lifecycle
  classMutant("ignores-cancel", "R6.cancel", "sends requests without the signal", [
    "{ headers, signal: this.signal })",
    "{ headers })",
  ]),
  classMutant(
    "reads-on-when-abandoned",
    "R6.abandon",
    "fetches in the background, and nobody stops it",
    [
      SEND,
      'const answer = await this.send(path); if (path.includes("limit")) void this.ahead(answer); return answer;',
    ],
    [
      "private async send(path",
      `private async ahead(answer: unknown): Promise<void> {
    for (let { next } = pageOf(answer); next !== null; ) {
      await sleep(60);
      ({ next } = pageOf(await this.send(\`/people?limit=4&cursor=\${next}\`).catch(() => ({ data: [], next: null }))));
    }
  }

  private async send(path`,
    ],
  ),
  classMutant("collects-everything", "R6.backpressure", "collects all pages before it yields the first", [
    "for await (const page of this.api.pages(`/${object}`, from?.since)) {",
    "const pages: Item[][] = []; for await (const page of this.api.pages(`/${object}`, from?.since)) pages.push(page);\n      for (const page of pages) {",
  ]),
  classMutant("close-hangs", "R6.close", "close waits for something that never comes", [
    "this.api.close();\n  }",
    "await new Promise(() => {});\n  }",
  ]),
  classMutant(
    "reads-once",
    "R6.again",
    "keeps the end of a read in the instance",
    [
      "this.api.pages(`/${object}`, from?.since)",
      "this.done.has(object) ? [] : this.api.pages(`/${object}`, from?.since)",
    ],
    [
      "if (position !== undefined) yield checkpoint(object, position);\n      }",
      "if (position !== undefined) yield checkpoint(object, position);\n      }\n      this.done.add(object);",
    ],
    ["private readonly api: Api;", "private readonly api: Api; private readonly done = new Set<string>();"],
  ),
  classMutant(
    "keeps-every-record",
    "R6.memory",
    "keeps what it has read in the module, to find it again",
    ["const MAX_ATTEMPTS = 5;", "const MAX_ATTEMPTS = 5;\nconst seen: Item[] = [];"],
    [YIELD, `seen.push(...records); ${YIELD}`],
  ),
  classMutant("keeps-a-timer", "R6.leaks", "keeps a timer that nobody clears", [
    "super(source);",
    "super(source); setInterval(() => {}, 60_000);",
  ]),

  // Isolation
  classMutant(
    "cursor-in-the-module",
    "R5.two-at-once",
    "keeps the cursor in a variable of the module",
    ["const LIMIT = 4;", "const LIMIT = 4;\nlet pending: string | null = null;"],
    ["yield data;", "pending = next; yield data;"],
    ['query.set("cursor", next);', 'query.set("cursor", String(pending));'],
  ),
  classMutant("local-time", "R5.time-zone", "writes instants in local time", [
    YIELD,
    "if (records.length > 0) yield { object, records: records.map((item) => ({ ...item, seen: new Date(String(item.updated_at)).getHours() })) };",
  ]),
  classMutant("prints-pages", "R0.stdout", "prints what it reads to standard output", [
    YIELD,
    "console.log(`read ${records.length}`); if (records.length > 0) yield { object, records };",
  ]),
  classMutant("calls-home", "R0.egress", "tells its author's server about each run", [
    "super(source);",
    'super(source); void fetch("http://telemetry.example.com/ping").catch(() => {});',
  ]),
  classMutant("changes-the-environment", "R0.globals", "sets a variable of the process", [
    "super(source);",
    "super(source); process.env.PEOPLE_LAST_RUN = String(performance.now());",
  ]),
  classMutant("patches-a-prototype", "R0.globals", "adds a method to every array", [
    YIELD,
    "Object.defineProperty(Array.prototype, `last${Math.random()}`, { value: 1, configurable: true }); if (records.length > 0) yield { object, records };",
  ]),
  classMutant("logs-the-token", "R0.leaks", "logs the start of its key, to tell keys apart", [
    'await this.api.get("/me");',
    'this.log.info({ key: String(this.sourceConfig.credentials.api_key).slice(0, 20) }, "checking"); await this.api.get("/me");',
  ]),
  classMutant("token-in-the-error", "R0.leaks", "puts what it sent into its errors", [
    'throw new PluginError(`The API answered ${status} to GET ${path.split("?")[0]}.`);',
    "throw new PluginError(`The API answered ${status}: ${(await response.text()).slice(0, 500)}`);",
  ]),
  classMutant(
    "token-in-the-record",
    "R0.leaks",
    "adds the address it read from, with the key, to each record",
    [
      YIELD,
      "if (records.length > 0) yield { object, records: records.map((item) => ({ ...item, source: `?key=${this.sourceConfig.credentials.api_key}` })) };",
    ],
  ),
  classMutant("token-in-the-position", "R0.leaks", "keeps the key in its position", [
    CHECKPOINT,
    "if (position !== undefined) yield checkpoint(object, { ...position, key: String(this.sourceConfig.credentials.api_key) });",
  ]),
];
