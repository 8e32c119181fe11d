import { type Mutant, mutantOf } from "./mutant.js";

const file = mutantOf("writer-define");
const lines = mutantOf("writer-class");
const table = mutantOf("writer-merge");
const api = mutantOf("writer-http");

const MOVE = "for (const { path } of files) await move(path, join(visible, basename(path)), this.folder);";

/** Writers that break one promise each. */
export const WRITER_MUTANTS: readonly Mutant[] = [
  lines(
    "keeps-every-row",
    "W6.memory",
    "keeps what it has written in the module",
    ["export class LinesWriter", "const written: Row[] = [];\n\nexport class LinesWriter"],
    [
      "await mkdir(this.staging, { recursive: true });",
      "written.push(...records); await mkdir(this.staging, { recursive: true });",
    ],
  ),
  lines("writer-version-is-a-word", "W0.version", "its version is not a version", [
    'version = "1.2.3"',
    'version = "next"',
  ]),
  lines("check-leaves-a-file", "W0.check", "check tries a file and leaves it there", [
    "await mkdir(this.outputBase, { recursive: true });\n    return",
    'await mkdir(this.outputBase, { recursive: true }); await writeFile(join(this.outputBase, "probe.txt"), "x");\n    return',
  ]),
  lines("check-fails-for-fresh", "W0.check", "check fails when the folder is not there yet", [
    "await mkdir(this.outputBase, { recursive: true });\n    return",
    "await access(this.outputBase);\n    return",
  ]),
  lines("check-of-nothing", "W0.check-bad", "check answers success without a look", [
    "await mkdir(this.outputBase, { recursive: true });\n    return",
    "return",
  ]),
  api("api-check-of-nothing", "W0.check-bad", "check answers success without a request", [
    'await client.send("GET", "/me");',
    "void client;",
  ]),
  file("counts-its-files", "W1.counts", "reports the number of files as the number of records", [
    "recordCount: rows.length, sizeBytes",
    "recordCount: 1, sizeBytes",
  ]),
  file("commit-miscounts", "W1.counts", "says it published one record for each file", [
    "commit: ({ client, files, token, final }) => client.publish(files, token, final),",
    'commit: async ({ client, files, token, final }) => {\n    await client.publish(files, token, final);\n    return { status: "success", filesAdded: files.length, totalRecords: files.length };\n  },',
  ]),
  file("empty-batch-fails", "W1.empty", "looks at the first record of an empty batch", [
    "if (rows.length === 0) return [];",
    'if (!("id" in (rows[0] as Row))) return [];',
  ]),
  file("publishes-before-commit", "W2.staged", "writes where readers look", [
    'this.staging = join(this.folder, "_staging", this.run, this.object);',
    "this.staging = this.folder;",
  ]),
  file("last-batch-wins", "W2.all", "gives all batches of a commit one name", [
    "-${this.batches}.jsonl`",
    ".jsonl`",
  ]),
  file("drops-the-last-record", "W2.all", "loses the last record of a longer batch", [
    "const text = rows.map(",
    "const text = (rows.length > 3 ? rows.slice(0, -1) : rows).map(",
  ]),
  file("commits-the-first-file", "W2.all", "publishes the first file of a commit", [
    "for (const { path } of files) await move(",
    "for (const { path } of files.slice(0, 1)) await move(",
  ]),
  file("replaces-at-once", "W2.replace", "clears the old records at the first commit of a run", [
    "if (this.replaces && final)",
    "if (this.replaces)",
  ]),
  file("replace-appends", "W2.replace", "takes replace for append", [
    'this.replaces = context.mode === "replace";',
    "this.replaces = false;",
  ]),
  table("merge-appends", "W2.merge", "adds corrected records to the old ones", [
    "for (const row of await rowsIn(path)) rows.set(String(row.id), row);",
    "for (const row of await rowsIn(path)) rows.set(`${path} ${row.id}`, row);",
  ]),
  table("merge-keeps-the-first", "W2.merge", "keeps the first record of a key", [
    "for (const row of await rowsIn(path)) rows.set(String(row.id), row);",
    "for (const row of await rowsIn(path)) if (!rows.has(String(row.id))) rows.set(String(row.id), row);",
  ]),
  file("commits-twice", "W3.twice", "copies what it is given, as often as it is given it", [
    MOVE,
    'const { copyFile } = await import("node:fs/promises"); for (const { path } of files) await copyFile(path, join(visible, `${Date.now()}${Math.random()}${basename(path)}`));',
  ]),
  file("second-commit-fails", "W3.twice", "fails when a file has been moved already", [
    "if (await isThere(join(folder, basename(to)))) return;\n  if (!(await isThere(from)) && (await isThere(to))) return;",
    "void folder;",
  ]),
  file(
    "remembers-in-memory",
    "W3.recommit",
    "remembers tokens in memory",
    [
      MOVE,
      'const { copyFile } = await import("node:fs/promises"); if (this.tokens.has(token)) return; this.tokens.add(token); for (const { path } of files) await copyFile(path, join(visible, `${Math.random()}${basename(path)}`));',
    ],
    ["_token: string", "token: string"],
    ["private batches = 0;", "private batches = 0; private readonly tokens = new Set<string>();"],
  ),
  file(
    "names-by-the-clock",
    "W3.kill",
    "names visible files by the clock, so that a repeated commit is a second file",
    [
      MOVE,
      'const { copyFile } = await import("node:fs/promises"); for (const { path } of files) await copyFile(path, join(visible, `${Date.now()}-${Math.random()}-${basename(path)}`));',
    ],
  ),
  file(
    "keeps-rows-in-memory",
    "W3.restart",
    "keeps staged records in memory until the commit",
    ["await writeFile(path, text);", "this.texts.set(path, text);"],
    [
      MOVE,
      `for (const { path } of files) { const text = this.texts.get(path); if (text === undefined) continue; await writeFile(path, text); await move(path, join(visible, basename(path)), this.folder); }`,
    ],
    ["private batches = 0;", "private batches = 0; private readonly texts = new Map<string, string>();"],
  ),
  file("abort-does-nothing", "W4.abort", "leaves what was staged where it is", [
    "for (const { path } of what) await rm(path, { force: true });",
    "void what;",
  ]),
  file("abort-removes-too-much", "W4.abort", "removes everything of the object when it aborts", [
    "if (Array.isArray(what)) for (const { path } of what) await rm(path, { force: true });",
    "if (Array.isArray(what)) await rm(this.folder, { recursive: true, force: true });",
  ]),
  file("forgets-the-run", "W4.abort-run", "aborts only files that it is told", [
    "else await this.discardRun(safe(String(what)));",
    "",
  ]),
  lines("publishes-what-lies-there", "W4.crash", "publishes whatever is in the staging folder", [
    "for (const { path } of files) {\n      const visible",
    'const { readdir } = await import("node:fs/promises");\n    const lying = await readdir(this.staging).catch(() => []);\n    for (const path of lying.map((name) => join(this.staging, name))) {\n      const visible',
  ]),
  lines(
    "counts-from-nothing",
    "W5.unique",
    "numbers files from 0 at every run",
    ['${String(fileCounter).padStart(6, "0")}-${randomUUID()}.jsonl', "${(this.written += 1)}.jsonl"],
    [
      "if (!(await isThere(visible))) await rename(path, visible);",
      "if (await isThere(path)) await rename(path, visible);",
    ],
    [
      "static override idempotentCommit = true;",
      "static override idempotentCommit = true;\n  private written = 0;",
    ],
  ),
  file("bigint-fails-the-batch", "W6.values", "lets one large integer fail the batch", [
    "JSON.stringify(row, exact)",
    "JSON.stringify(row)",
  ]),
  file("rounds-integers", "W6.values", "makes numbers of large integers", [
    'typeof value === "bigint" ? value.toString()',
    'typeof value === "bigint" ? Number(value)',
  ]),
  file("truncates-text", "W6.values", "cuts long text", [
    'return typeof value === "bigint" ? value.toString() : value;',
    'return typeof value === "bigint" ? value.toString() : typeof value === "string" ? value.slice(0, 65_535) : value;',
  ]),
  file("strips-nul", "W6.values", "removes NUL from text without a word", [
    'return typeof value === "bigint" ? value.toString() : value;',
    'return typeof value === "bigint" ? value.toString() : typeof value === "string" ? value.replaceAll("\\u0000", "") : value;',
  ]),
  file("local-dates", "W6.values", "stores instants to the second", [
    'return typeof value === "bigint" ? value.toString() : value;',
    'return typeof value === "bigint" ? value.toString() : typeof value === "string" ? value.replace(/\\.\\d+Z$/, "Z") : value;',
  ]),
  file("lowercases-columns", "W6.columns", "writes column names in lower case", [
    "rows.map((row) => `${JSON.stringify(row, exact)}\\n`)",
    "rows.map((row) => `${JSON.stringify(Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value])), exact)}\\n`)",
  ]),
  file("keeps-the-first-columns", "W6.evolves", "drops columns that it did not know from the start", [
    "rows.map((row) => `${JSON.stringify(row, exact)}\\n`)",
    "rows.map(({ added: _added, ...row }) => `${JSON.stringify(row, exact)}\\n`)",
  ]),
  file(
    "aborts-the-whole-run",
    "W2.objects",
    "removes the staging folder of all objects when one is aborted",
    [
      'for (const name of [this.object, `${this.object}.ready`])\n      await rm(join(this.folder, "_staging", run, name), { recursive: true, force: true });',
      'await rm(join(this.folder, "_staging", run), { recursive: true, force: true });',
    ],
  ),
  lines(
    "aborts-its-neighbour",
    "W2.objects",
    "stages all objects in one folder and removes it when one aborts",
    [
      'return join(this.outputBase, "_staging", this.object);',
      'return join(this.outputBase, "_staging", "all");',
    ],
    [
      "else for (const { path } of files) await rm(path, { force: true });",
      "else await rm(this.staging, { recursive: true, force: true }); void files;",
    ],
  ),
  file(
    "escapes-the-target",
    "W5.names",
    "makes a path of the object's name as it is",
    ["this.object = safe(context.object);", "this.object = context.object;"],
    [
      MOVE,
      "for (const { path } of files) { const to = join(visible, `${this.object}-${basename(path)}`); await mkdir(dirname(to), { recursive: true }); await move(path, to, this.folder); }",
    ],
  ),
  api("ignores-the-status", "W3.server-error", "does not look at the status", [
    "idempotent: true,",
    "idempotent: true, allowStatus: [500],",
  ]),
  api("swallows-errors", "W3.server-error", "logs a failed commit and goes on", [
    "client.publish(files, token),",
    "client.publish(files, token).catch(() => {}),",
  ]),
  api("writer-ignores-cancel", "W6.cancel", "sends requests without the signal", [
    "const response = await this.http(`${this.baseUrl}${path}`, {\n      method,\n      signal: this.signal,\n      idempotent: true,",
    "const response = await fetch(`${this.baseUrl}${path}`, {\n      method,",
  ]),
  file("writer-keeps-a-timer", "W6.leaks", "keeps a timer that nobody clears", [
    "this.folder = context.outputBase;",
    "this.folder = context.outputBase; setInterval(() => {}, 60_000);",
  ]),
  file("writer-prints", "W0.stdout", "prints how many records it wrote", [
    "await writeFile(path, text);",
    "await writeFile(path, text); process.stdout.write(`wrote ${rows.length}\\n`);",
  ]),
  file("writer-calls-home", "W0.egress", "tells its author's server about each commit", [
    MOVE,
    `${MOVE} await fetch("http://telemetry.example.com/commit").catch(ignore);`,
  ]),
  file("key-in-the-file", "W0.leaks", "stores the key beside the records", [
    "await writeFile(path, text);",
    'await writeFile(path, text); await writeFile(join(this.folder, "_target.txt"), `key=${this.key}`);',
  ]),
  file("key-in-the-receipt", "W0.leaks", "puts the key into what it says of its files", [
    "sizeBytes: Buffer.byteLength(text) }",
    "sizeBytes: Buffer.byteLength(text), uploadedWith: this.key }",
  ]),
];
