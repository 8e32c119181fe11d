import { type BadInput, GOOD_READER, job, reader } from "./bad-input.js";

const plugin = (
  name: string,
  text: string,
  expected: Partial<BadInput> & Pick<BadInput, "code" | "says">,
): BadInput => ({
  name,
  files: { "job.yaml": job(), "reader.ts": text },
  ...expected,
});

const sandboxed = (
  name: string,
  text: string,
  expected: Partial<BadInput> & Pick<BadInput, "code" | "says">,
  limits = "",
): BadInput => ({
  name: `${name}, in the sandbox`,
  files: {
    "job.yaml": job({ rest: `plugins: { sandbox: { enabled: true, ${limits} } }` }),
    "reader.ts": text,
  },
  ...expected,
});

const inBoth = (
  name: string,
  text: string,
  expected: Partial<BadInput> & Pick<BadInput, "code" | "says">,
): BadInput[] => [plugin(name, text, expected), sandboxed(name, text, expected)];

const classReader = (body: string, rest = "") => `import { BaseReader } from "@dativo/sdk";
export default class Things extends BaseReader {
  ${rest}
  async *extract() {
    ${body}
  }
}
`;

const BROKEN_SYNTAX = `import { defineReader } from "@dativo/sdk";\nexport default defineReader({\n  name: "things",\n  objects: {{\n});\n`;

/** Plugins that cannot be loaded. */
export const PLUGIN_LOADING_CASES: readonly BadInput[] = [
  {
    name: "a plugin file that does not exist",
    files: { "job.yaml": job(), "readers.ts": GOOD_READER },
    code: "PLUGIN_NOT_FOUND",
    says: ["reader.ts", "readers.ts"],
  },
  {
    name: "an export that does not exist",
    files: {
      "job.yaml": job({ source: '  custom_reader: "reader.ts:Thing"' }),
      "reader.ts": GOOD_READER.replace("export default", "export const Things ="),
    },
    code: "PLUGIN_EXPORT_NOT_FOUND",
    says: ["reader.ts", '"Thing"', "Things"],
  },
  plugin("a default export that is no plugin", "export default { read: () => [] };\n", {
    code: "PLUGIN_INVALID",
    says: ["reader.ts", "default", "BaseReader", "defineReader"],
  }),
  plugin("a class that does not extend BaseReader", "export default class Things { extract() {} }\n", {
    code: "PLUGIN_INVALID",
    says: ["reader.ts", "default", "BaseReader"],
  }),
  ...inBoth("a syntax error in the plugin", BROKEN_SYNTAX, {
    code: "PLUGIN_LOAD_FAILED",
    says: [/reader\.ts:4:\d+/],
  }),
  ...inBoth("a plugin that throws when it is imported", `const table = JSON.parse("{");\n${GOOD_READER}`, {
    code: "PLUGIN_LOAD_FAILED",
    says: [/reader\.ts:1:\d+/],
  }),
  plugin(
    "a plugin that imports a package that is not installed",
    `import pg from "pgg";\npg.connect();\n${GOOD_READER}`,
    { code: "PLUGIN_LOAD_FAILED", says: [/reader\.ts:1:\d+/, "pgg"] },
  ),
  plugin("a plugin that imports a file that does not exist", `import "./clientt.js";\n${GOOD_READER}`, {
    code: "PLUGIN_LOAD_FAILED",
    says: [/reader\.ts:1:\d+/, "clientt"],
  }),
  plugin("a reference without a name after the colon", GOOD_READER, {
    files: { "job.yaml": job({ source: '  custom_reader: "reader.ts:"' }), "reader.ts": GOOD_READER },
    code: "CONFIG_INVALID",
    says: ["job.yaml:3:18", "source.custom_reader", "path:Name"],
  }),
  {
    name: "a reader where a writer belongs",
    files: { "job.yaml": job({ target: '  custom_writer: "reader.ts:default"' }), "reader.ts": GOOD_READER },
    code: "PLUGIN_INVALID",
    says: ["reader", "writer"],
  },
  {
    name: "a plugin built for a contract to come",
    files: {
      "job.yaml": job({ source: '  custom_reader: "./things/reader.ts:default"' }),
      "things/package.json": JSON.stringify({ name: "things", type: "module", dativo: { api: 9 } }),
      "things/reader.ts": GOOD_READER,
    },
    code: "PLUGIN_VERSION_INCOMPATIBLE",
    says: ["9", "npm install"],
  },
  plugin(
    "configuration that the plugin refuses",
    reader("yield [];", { rest: "config: { connection: z.object({ base_url: z.url(), page: z.int() }) }," }),
    {
      files: {
        "job.yaml": job({ source: '  custom_reader: "reader.ts:default"\n  connection: { page: many }' }),
        "reader.ts": reader("yield [];", {
          rest: "config: { connection: z.object({ base_url: z.url(), page: z.int() }) },",
        }),
      },
      code: "CONFIGURATION_ERROR",
      says: ["source.connection.base_url", "source.connection.page"],
      begins: true,
    },
  ),
  plugin(
    "a constructor of the guide that throws",
    classReader(
      "yield [];",
      'constructor(config) { super(config); throw new Error("base_url is required in connection config"); }',
    ),
    {
      code: "PLUGIN_ERROR",
      says: ["Things", "base_url is required", /reader\.ts:3:\d+/],
    },
  ),
];

/** Plugins that misbehave while they read. */
export const PLUGIN_READING_CASES: readonly BadInput[] = [
  ...inBoth(
    "a plugin that throws an error",
    reader('yield [{ id: 1, name: "a" }];\nthrow new TypeError("no such field");'),
    {
      code: "PLUGIN_ERROR",
      says: ["things", "no such field", /reader\.ts:\d+:\d+/],
      begins: true,
    },
  ),
  plugin("a plugin that throws a string", reader('throw "the API is down";'), {
    code: "PLUGIN_ERROR",
    says: ["things", "the API is down"],
    begins: true,
  }),
  plugin("a plugin that throws undefined", reader("throw undefined;"), {
    code: "PLUGIN_ERROR",
    says: ["things", "undefined"],
    begins: true,
  }),
  ...inBoth("a plugin that yields text", classReader('yield "record";'), {
    code: "PLUGIN_WRONG_SHAPE",
    says: ["Things.extract", "arrays of records", "a string"],
    begins: true,
  }),
  plugin(
    "a plugin that returns a list of pages",
    classReader("").replace("async *extract", "extract").replace("    \n", "    return 7;\n"),
    {
      code: "PLUGIN_WRONG_SHAPE",
      says: ["Things.extract", "iterate", "a number"],
      begins: true,
    },
  ),
  plugin(
    "records of an object that was not asked for",
    classReader('yield { object: "people", records: [{ id: 1 }] };'),
    {
      code: "ABI_VIOLATION",
      says: ["people", "things"],
      begins: true,
    },
  ),
  plugin(
    "a position of a class that is no JSON",
    classReader("yield { records: [{ id: 1 }], position: () => 1 };", "static incremental = true;"),
    {
      code: "PLUGIN_WRONG_SHAPE",
      says: ["Things.extract", "JSON", "function"],
      begins: true,
    },
  ),
  plugin("a plugin that never settles", reader("await new Promise(() => {});\nyield [];"), {
    files: {
      "job.yaml": job({
        source: '  custom_reader: "reader.ts:default"\n  engine: { options: { call_timeout_seconds: 3 } }',
      }),
      "reader.ts": reader("await new Promise(() => {});\nyield [];"),
    },
    code: "PLUGIN_TIMEOUT",
    says: ["things", "extract", "3 s", "call_timeout_seconds"],
    begins: true,
  }),
  sandboxed(
    "a plugin that never yields the processor",
    reader("for (;;);"),
    { code: "PLUGIN_TIMEOUT", says: ["things", "extract", "3 s"], begins: true },
    "timeout: 3",
  ),
  ...inBoth("process.exit in a plugin", reader("process.exit(0);"), {
    code: "PLUGIN_ERROR",
    says: ["things", "extract", "process.exit(0)", "Throw an error instead"],
    begins: true,
  }),
  ...inBoth(
    "a promise that nobody awaits",
    reader(
      'Promise.reject(new Error("lost"));\nawait new Promise((done) => setTimeout(done, 50));\nyield [];',
    ),
    {
      code: "PLUGIN_ERROR",
      says: ["things", "lost", /reader\.ts:\d+:\d+/],
      begins: true,
    },
  ),
  sandboxed("a plugin whose process aborts", reader('console.error("last words");\nprocess.abort();'), {
    code: "PLUGIN_CRASHED",
    says: ["things", "SIGABRT", "extract", "last words"],
    begins: true,
  }),
  sandboxed(
    "a plugin that takes all memory",
    reader("const kept = [];\nfor (;;) kept.push(new Array(500_000).fill(kept.length + 0.5));"),
    {
      code: "PLUGIN_CRASHED",
      says: ["things", "extract", "out of memory", "plugins.sandbox.memory_limit"],
      begins: true,
    },
    "memory_limit: 64m",
  ),
  plugin(
    "records that run backwards under an ascending cursor",
    reader("yield [{ id: 2, name: null }];\nyield [{ id: 1, name: null }];", {
      object: 'cursor: "id", order: "ascending",',
    }),
    { code: "CURSOR_OUT_OF_ORDER", says: ["things", "id", "2", "1", "unsorted"], begins: true },
  ),
  plugin("the same page for ever", "", {
    files: {
      // A batch for each page, so that it does not take long to notice.
      "job.yaml": job({
        source:
          '  custom_reader: "reader.ts:default"\n  objects: [things]\n  engine: { options: { batch_bytes: 1 } }',
      }),
      "reader.ts": classReader('for (;;) yield [{ id: 1, name: "a" }];'),
    },
    code: "SOURCE_NOT_ADVANCING",
    says: ["things", "--limit"],
    begins: true,
  }),
  plugin(
    "a record that does not match in strict mode",
    reader('yield [{ id: 1, name: "a" }, { id: "two", name: "b" }];'),
    {
      code: "VALIDATION_FAILED",
      says: [
        "things",
        "Record 1",
        "at id",
        "expected integer",
        "text of 3 characters",
        "schema_validation_mode: warn",
      ],
      begins: true,
    },
  ),
  plugin(
    "more bad records than the budget",
    reader('yield [{ id: 1, name: "a" }, { id: "two", name: "b" }, { id: "three", name: "c" }];'),
    {
      files: {
        "job.yaml": job({ rest: "schema_validation_mode: warn\nerror_budget: { max_records: 1 }" }),
        "reader.ts": reader(
          'yield [{ id: 1, name: "a" }, { id: "two", name: "b" }, { id: "three", name: "c" }];',
        ),
      },
      code: "ERROR_BUDGET_EXCEEDED",
      says: ["2 of 2 records", "error_budget", "dead letters"],
      begins: true,
    },
  ),
];
