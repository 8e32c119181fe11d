import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDb, quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import { type FaultPoint, type ReadJobOptions, type RunReport, readJobFile } from "@dativo/engine";
import { DativoError, type Json, type JsonObject, type Row, toJsonSafe } from "@dativo/protocol";
import { losslessText } from "../http/page-records.js";
import { filesBelow, readFolder } from "../plugin/read-folder.js";
import { hasUrl, withOrigin } from "../plugin/rewrite-urls.js";
import type { RunningMock } from "../plugin/subject.js";
import { withCanaries } from "../project/canaries.js";
import { findMockModule, mockFromModule } from "../project/mock-module.js";
import { readJobForTest } from "../project/read-job.js";
import { readTestConfig } from "../project/test-config.js";
import { type HandedPlugins, setUpEngine } from "./engine-setup.js";
import { TABLE_TARGET, tableRows } from "./table-target.js";

/** Something that can be started as a mock API, such as what `mockApi` gives. */
export interface Startable {
  start(options: { readonly key?: string | undefined }): Promise<RunningMock> | RunningMock;
}

/** How an engine harness is made. */
export interface EngineHarnessOptions {
  /** A job file, or the job itself. */
  readonly job: string | JsonObject;
  /** Folder that relative paths start at. @default process.cwd() */
  readonly cwd?: string;
  /** Stands in for the API of the source. @default api, mock or mock-api beside the job file */
  readonly mock?: Startable;
  /** Plugins that the job names by `type`; a run that is killed needs plugins that the job names by path. */
  readonly plugins?: HandedPlugins;
}

/** What became of a run that was killed. */
export interface Crash {
  /** Whether the fault was reached, so that the process was killed. */
  readonly killed: boolean;
  /** The report, when the run ended before the fault was reached. */
  readonly report: RunReport | undefined;
}

/** Runs the engine in a test: with a state and a target of its own, a mock API, and crashes wherever they are wanted. */
export interface EngineHarness extends AsyncDisposable {
  /** Folder of the target. */
  readonly output: string;
  /** Runs the job, or takes its unfinished run up again. */
  run(): Promise<RunReport>;
  /** Runs the job in a process of its own that is killed at a point of the run, at its so-many-th passing. */
  crash(point: FaultPoint, occurrence?: number): Promise<Crash>;
  /** Rows of a query over the objects in the target; each is a view of its own, with all of them in `data`. */
  query(sql: string): Promise<readonly Row[]>;
  /** Records of one object in the target. */
  records(object: string): Promise<readonly Row[]>;
  /** Positions of the job's objects. */
  state(): Promise<Readonly<Record<string, { readonly state?: Json }>>>;
  close(): Promise<void>;
}

/**
 * Makes an engine harness; close it, or declare it with `await using`.
 *
 * @throws DativoError what reading the job throws
 * @example
 * await using engine = await createEngineHarness({ job: "job.yaml" });
 * await engine.crash("commit.after", 2);
 * const report = await engine.run();
 * expect(report).toBalanceBooks();
 */
export async function createEngineHarness(options: EngineHarnessOptions): Promise<EngineHarness> {
  const folder = mkdtempSync(join(tmpdir(), "dativo-engine-"));
  const cwd = resolve(options.cwd ?? process.cwd());
  const output = join(folder, "target");
  let mock: RunningMock | undefined;
  try {
    const jobFile = jobFileOf(options.job, cwd, folder);
    const plain = readJobForTest(jobFile, { cwd });
    const { connection, credentials: real } = plain.source.config;
    const { credentials, canaries } = withCanaries(real);
    const overrides: Record<string, Json> = {};
    if (hasUrl(connection)) {
      mock = await startMock(options.mock, plain, { key: canaries[0]?.value, credentials });
      overrides["source.connection"] = withOrigin(connection, mock.url);
    }
    if (Object.keys(credentials).length > 0) overrides["source.credentials"] = credentials;
    const isCustom = plain.target.customWriter !== undefined;
    if (isCustom || plain.target.config.type in (options.plugins?.writers ?? {}))
      overrides["target.connection.path"] = output;
    else
      overrides.target = {
        type: TABLE_TARGET,
        connection: { path: output },
        ...(plain.mode === undefined ? {} : { mode: plain.mode }),
        ...(plain.target.config.key === undefined ? {} : { key: [...plain.target.config.key] }),
      };
    const env = { ...process.env, STATE_DIR: join(folder, "state") };
    return new Harness(jobFile, { cwd, overrides, env }, folder, output, mock, options.plugins);
  } catch (error) {
    await mock?.close();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function jobFileOf(job: string | JsonObject, cwd: string, folder: string): string {
  if (typeof job === "string") return resolve(cwd, job);
  const file = join(folder, "job.yaml");
  writeFileSync(file, JSON.stringify(job));
  return file;
}

async function startMock(
  given: Startable | undefined,
  { file, projectRoot }: { readonly file: string; readonly projectRoot: string },
  start: { readonly key: string | undefined; readonly credentials: JsonObject },
): Promise<RunningMock> {
  if (given !== undefined) return given.start(start);
  const { mock: named } = await readTestConfig(projectRoot);
  const path = findMockModule(named, { projectRoot, jobFolder: dirname(file) });
  if (path !== undefined) return (await mockFromModule(path, projectRoot, start)).start();
  throw new DativoError({
    code: "CONFIG_INVALID",
    message: "The job connects to a web address, and nothing here stands in for it.",
    hint: "Hand over a mock: createEngineHarness({ job, mock: mockApi(…) }), or put mock.ts beside the job file.",
  });
}

class Harness implements EngineHarness {
  private runs = 0;

  constructor(
    private readonly jobFile: string,
    private readonly reading: ReadJobOptions,
    private readonly folder: string,
    readonly output: string,
    private readonly mock: RunningMock | undefined,
    private readonly plugins: HandedPlugins | undefined,
  ) {}

  async run(): Promise<RunReport> {
    const job = this.job();
    const engine = await setUpEngine(job.projectRoot, this.plugins);
    return engine.run(job);
  }

  async crash(point: FaultPoint, occurrence = 1): Promise<Crash> {
    if (this.plugins !== undefined)
      throw new DativoError({
        code: "USAGE",
        message: "A run that is killed runs in a process of its own, which plugins cannot be handed over to.",
        hint: "Name the plugin in the job: source.custom_reader: plugins/x.ts:default.",
      });
    this.runs += 1;
    const request = join(this.folder, `request-${this.runs}.json`);
    const answer = join(this.folder, `answer-${this.runs}.json`);
    writeFileSync(request, JSON.stringify({ jobFile: this.jobFile, options: this.reading }));
    const entry = fileURLToPath(new URL("../../dist/harness/engine-process.js", import.meta.url));
    const signal = await new Promise<NodeJS.Signals | null>((done, failed) => {
      const child = spawn(process.execPath, [entry, request, answer], {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, DATIVO_FAULT: `${point}:${occurrence}:kill` },
      });
      child.on("error", failed);
      child.on("close", (_code, by) => done(by));
    });
    if (signal === "SIGKILL") return { killed: true, report: undefined };
    const { report, error } = existsSync(answer)
      ? JSON.parse(readFileSync(answer, "utf8"))
      : { report: undefined, error: undefined };
    if (error !== undefined) throw DativoError.fromJSON(error);
    return { killed: false, report };
  }

  async query(sql: string): Promise<readonly Row[]> {
    const database = await DuckDb.shared();
    const connection = await database.connect();
    try {
      const all: Row[] = [];
      for (const object of this.objects()) {
        const rows = await this.records(object);
        all.push(...rows);
        await connection.run(viewOf(object, this.linesFile(object, rows), rows.length));
      }
      if (this.objects().length === 0) all.push(...(((await readFolder(this.output)) ?? []) as Row[]));
      await connection.run(viewOf("data", this.linesFile("data", all), all.length));
      return (await connection.query(sql)).rows;
    } finally {
      await connection.close();
    }
  }

  async records(object: string): Promise<readonly Row[]> {
    if (this.objects().includes(object)) return tableRows(this.output, object);
    return ((await readFolder(this.output)) ?? []) as readonly Row[];
  }

  async state(): Promise<Readonly<Record<string, { readonly state?: Json }>>> {
    const job = this.job();
    const engine = await setUpEngine(job.projectRoot, this.plugins);
    return toJsonSafe(await engine.state(job)) as never;
  }

  async close(): Promise<void> {
    await this.mock?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private job() {
    return readJobFile(this.jobFile, this.reading);
  }

  /** Objects of a table target. */
  private objects(): string[] {
    return filesBelow(this.output)
      .filter((path) => path.endsWith(".table.json") && !path.includes("/"))
      .map((path) => decodeURIComponent(path.slice(0, -".table.json".length)));
  }

  private linesFile(name: string, rows: readonly Row[]): string {
    const path = join(this.folder, `${encodeURIComponent(name)}.query.jsonl`);
    writeFileSync(path, rows.map((row) => `${losslessText(row)}\n`).join(""));
    return path;
  }
}

function viewOf(name: string, file: string, count: number): string {
  const from =
    count === 0
      ? "select null as nothing where false"
      : `select * from read_json_auto(${quoteLiteral(file)}, format = 'newline_delimited', sample_size = -1)`;
  return `create or replace temp view ${quoteIdentifier(name)} as ${from}`;
}
