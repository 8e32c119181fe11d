import type { Mutant } from "./mutant.js";

type Edits = Mutant["edits"];

const classMutant = (id: string, killedBy: string, title: string, ...edits: Edits): Mutant => ({
  id,
  title,
  base: "reader-class",
  killedBy,
  edits,
});
const definedMutant = (id: string, killedBy: string, title: string, ...edits: Edits): Mutant => ({
  id,
  title,
  base: "reader-define",
  killedBy,
  edits,
});

const YIELD = "if (records.length > 0) yield { object, records };";
const CHECKPOINT = "if (position !== undefined) yield checkpoint(object, position);";
const END = "if (next === null) return;";
const GET_PAGE = "const { data, next } = pageOf(await this.get(`${path}?${query}`));";
const SEND = "return await this.send(path);";

/** Follows the greatest instant without looking at the order. */
const UNORDERED: Edits = [["throw new PluginError(`Records are out of order at ${at}.`);", "continue;"]];

/** Readers that break one promise each. */
export const READER_MUTANTS: readonly Mutant[] = [
  // What it says of itself, and its configuration
  classMutant("version-is-a-word", "R0.version", "its version is not a version", [
    'version = "1.2.3"',
    'version = "latest"',
  ]),
  classMutant(
    "requires-and-does-not-check",
    "R0.required",
    "declares a required key, and works with undefined when it is missing",
    [
      "function positionOf(state",
      `const { get } = Object.getOwnPropertyDescriptor(BaseReader, Symbol.for("dativo.plugin")) as PropertyDescriptor;
Object.defineProperty(PeopleReader, Symbol.for("dativo.plugin"), {
  get() {
    const plugin = get?.call(this);
    const properties = { connection: { type: "object", properties: { base_url: { type: "string" } }, required: ["base_url"] } };
    return { ...plugin, spec: { ...plugin.spec, configSchema: { type: "object", properties } } };
  },
});

function positionOf(state`,
    ],
  ),
  definedMutant(
    "password-beside-the-url",
    "R0.secrets",
    "takes a password under connection without calling it a secret",
    ["base_url: z.url() }", "base_url: z.url(), proxy_password: z.string().optional() }"],
  ),

  // Connection and discovery
  classMutant("check-always-fails", "R1.check", "check answers false when the body has no version", [
    'return { success: true, message: "The key is valid." };',
    'return { success: false, message: "The API names no version.", errorCode: "CONNECTION_ERROR" };',
  ]),
  classMutant("check-asks-nothing", "R1.check-refused", "check answers success without asking", [
    'await this.api.get("/me");',
    "",
  ]),
  classMutant("check-swallows-401", "R1.check-refused", "check takes any answer for a working connection", [
    'await this.api.get("/me");',
    'await this.api.get("/me").catch((error) => { if (error instanceof TransientError) throw error; });',
  ]),
  classMutant(
    "check-swallows-network",
    "R1.check-unreachable",
    "check takes a cut connection for a slow one",
    [
      'await this.api.get("/me");',
      'await this.api.get("/me").catch((error) => { if (error instanceof AuthenticationError) throw error; });',
    ],
  ),
  classMutant("discovers-half", "R2.objects", "discover forgets an object that extract knows", [
    "const objects = OBJECTS.map(",
    "const objects = OBJECTS.slice(0, 1).map(",
  ]),
  classMutant("discovers-nothing", "R2.objects", "discover answers an empty list", [
    "return { objects, metadata: {} };",
    "return { objects: objects.slice(0, 0), metadata: {} };",
  ]),
  classMutant("column-misspelt", "R2.columns", "discover names a column that no record has", [
    '{ name: "updated_at", type: "timestamp_tz" }',
    '{ name: "updatd_at", type: "timestamp_tz" }',
  ]),
  classMutant("type-unknown", "R2.columns", "discover names types of another system", [
    '{ name: "name", type: "string" }',
    '{ name: "name", type: "varchar(255)" }',
  ]),
  classMutant("discovers-too-much", "R2.readable", "discover names an object that was removed", [
    "const objects = OBJECTS.map(",
    'const objects = [...OBJECTS, "archive"].map(',
  ]),
  classMutant("estimate-in-bytes", "R2.estimate", "the estimate is in bytes", [
    "return total;",
    "return total * 180;",
  ]),

  // Extraction
  classMutant(
    "reads-nothing-at-first",
    "R3.reads",
    "reads only when it has a position, so a first run is empty",
    ["let position = from;", "let position = from; if (from === undefined) continue;"],
  ),
  classMutant("drops-last-page", "R3.all", "looks for the next page before it yields, and drops the last", [
    "yield data;",
    "if (next === null) return; yield data;",
  ]),
  classMutant("stops-one-early", "R3.all", "stops at a fixed number of pages", [
    END,
    "if (next === null || seen.size === 6) return;",
  ]),
  classMutant("skips-first-record", "R3.all", "takes the first record of a page for a header", [
    "const records = page.filter(",
    "const records = page.slice(1).filter(",
  ]),
  classMutant("stamps-each-record", "R5.same", "adds the time of reading to every record", [
    YIELD,
    "if (records.length > 0) yield { object, records: records.map((item) => ({ ...item, read_at: Date.now() + Math.random() })) };",
  ]),
  classMutant("samples-at-random", "R5.same", "leaves out a record now and then", [
    "const records = page.filter(",
    "const records = page.filter(() => Math.random() < 0.9).filter(",
  ]),
  classMutant(
    "overlapping-pages",
    "R5.key",
    "asks for one record before each page again",
    ["yield data;", "yield [...last, ...data]; last = data.slice(-1);"],
    ["const seen = new Set<string>();", "const seen = new Set<string>(); let last: Item[] = [];"],
    ...UNORDERED,
  ),
  classMutant("ignores-objects", "R7.subset", "reads everything, whatever is asked for", [
    "for (const object of this.sourceConfig.objects) {",
    "for (const object of new Set([...this.sourceConfig.objects, ...OBJECTS])) {",
  ]),
  classMutant("skips-unknown-objects", "R7.unknown", "passes over objects that it does not know", [
    'throw new DativoError({ code: "OBJECT_NOT_FOUND", message: `There is no ${object}.` });',
    "continue;",
  ]),
  classMutant("empty-page-ends", "R3.empty-page", "takes an empty page for the end", [
    END,
    "if (next === null || data.length === 0) return;",
  ]),
  classMutant("short-page-ends", "R3.short-page", "takes a page that is not full for the last", [
    END,
    "if (next === null || (data.length > 0 && data.length < LIMIT)) return;",
  ]),
  classMutant("empty-source-fails", "R3.empty-source", "fails when there is nothing to read", [
    "yield data;",
    'if (data.length === 0 && seen.size === 0) throw new PluginError("There is nothing to read."); yield data;',
  ]),
  classMutant(
    "follows-a-circle",
    "R3.repeated-page",
    "never notices that pages repeat",
    ['if (seen.has(next)) throw new PluginError("The API gives the same page again and again.");', ""],
    ...UNORDERED,
  ),

  // Positions
  classMutant(
    "checkpoints-too-early",
    "R4.resume",
    "yields the position before the records",
    [
      YIELD,
      "position = after(position, page); if (position !== undefined) yield checkpoint(object, position); if (records.length > 0) yield { object, records };",
    ],
    [`position = after(position, page);\n        ${CHECKPOINT}`, ""],
  ),
  classMutant(
    "position-runs-ahead",
    "R4.resume",
    "adds a minute to the position, so that nothing is read twice",
    [
      "position = { since: at, ids:",
      "position = { since: new Date(Date.parse(at) + 91_000).toISOString(), ids:",
    ],
    [
      "if (position !== undefined && at < position.since)",
      "if (position !== undefined && Date.parse(at) + 91_000 < Date.parse(position.since))",
    ],
  ),
  classMutant("wrong-in-the-last-page", "R4.every", "its last checkpoint but one lies behind the end", [
    CHECKPOINT,
    'if (position !== undefined) yield checkpoint(object, page.some((item) => item.id === 1203) ? { since: "2026-01-04T11:00:00.000Z", ids: [] } : position);',
  ]),
  classMutant("loses-ties", "R4.ties", "goes on after the last instant, not at it", [
    "return from !== undefined && item.updated_at === from.since && from.ids.includes(String(item.id));",
    "return from !== undefined && String(item.updated_at) <= from.since;",
  ]),
  classMutant("asks-a-millisecond-later", "R4.ties", "asks for what is later by a millisecond", [
    "{ since }) });",
    "{ since: new Date(Date.parse(since) + 1).toISOString() }) });",
  ]),
  classMutant("ends-with-now", "R4.late", "moves the last position beyond the last record", [
    CHECKPOINT,
    "if (position !== undefined) yield checkpoint(object, page.length < LIMIT ? { ...position, since: new Date(Date.parse(position.since) + 1).toISOString() } : position);",
  ]),
  classMutant(
    "ignores-its-position",
    "R4.second-run",
    "starts from the beginning at every run",
    ["this.api.pages(`/${object}`, from?.since)", "this.api.pages(`/${object}`, undefined)"],
    ["const records = page.filter((item) => !wasDelivered(item, from));", "const records = page;"],
    ["let position = from;", "let position: Position | undefined;"],
  ),
  classMutant(
    "future-starts-over",
    "R4.future",
    "takes a position in the future for a broken one and starts over",
    [
      "return { since, ids };",
      'return Date.parse(since) > Date.parse("2100-01-01") ? undefined : { since, ids };',
    ],
  ),
  classMutant(
    "foreign-position-is-the-end",
    "R4.foreign",
    "reads nothing when it does not know the position",
    [
      'throw new DativoError({ code: "POSITION_INVALID", message: "The position is not one of this reader." });',
      'return { since: "9999-01-01T00:00:00.000Z", ids: [] };',
    ],
  ),
  classMutant(
    "position-of-another-shape",
    "R4.recorded",
    "writes positions with a version, and refuses those without",
    [
      'if (typeof since !== "string" ||',
      'if ((state as { v?: number }).v !== 2 || typeof since !== "string" ||',
    ],
    [CHECKPOINT, "if (position !== undefined) yield checkpoint(object, { ...position, v: 2 });"],
  ),
  classMutant(
    "announces-positions",
    "R4.kill",
    "announces the position of a page before it yields the page",
    [
      YIELD,
      "position = after(position, page); if (position !== undefined) yield checkpoint(object, position); if (records.length > 0) yield { object, records };",
    ],
    [`position = after(position, page);\n        ${CHECKPOINT}`, ""],
  ),
  classMutant("trusts-the-order", "R4.unsorted", "follows the greatest value without looking at the order", [
    ...(UNORDERED[0] as Edits[number]),
  ]),

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
