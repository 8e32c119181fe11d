import type { Mutant } from "./mutant.js";
import { CHECKPOINT, classMutant, definedMutant, type Edits, END, UNORDERED, YIELD } from "./reader-edits.js";

/** Readers that break a promise about what they are, what they yield and where they go on. */
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
      'const asked = this.api.get("/me"); asked.catch(() => {}); await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 1000))]);',
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
];
