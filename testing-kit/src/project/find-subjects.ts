import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";
import { findProjectRoot, type ResolvedJob, readJobFile } from "@dativo/engine";
import {
  DativoError,
  type JsonObject,
  type Placement,
  type PluginReference,
  type PluginRuntime,
  Redactor,
} from "@dativo/protocol";
import { cassettePath, type RecordedStates, readCassette } from "../cassette/cassette.js";
import { replayed } from "../cassette/replay.js";
import { hasUrl } from "../plugin/rewrite-urls.js";
import type { MockSource, Subject } from "../plugin/subject.js";
import { type Canary, withCanaries } from "./canaries.js";
import { findMockModule, mockFromModule } from "./mock-module.js";
import { readJobForTest } from "./read-job.js";
import { installedRuntimes, runtimeFor } from "./runtimes.js";
import { readTestConfig } from "./test-config.js";

/** Seconds a call into a plugin under test may take without yielding anything. */
const CALL_TIMEOUT_SECONDS = 30;

const JOB_FOLDERS = [".", "jobs", "job", "config/jobs"];

/** What is to be tested, and what the project says about it. */
export interface Found {
  readonly subjects: readonly Subject[];
  readonly projectRoot: string;
  readonly config: Awaited<ReturnType<typeof readTestConfig>>;
}

/**
 * Finds the plugins of a project and the world each is tested in.
 *
 * @param named A job file, or a plugin as a job names it; without it, the job files in the folder are looked through
 * @throws DativoError `PLUGIN_NOT_FOUND`, `CONFIG_INVALID`, and what reading a job throws
 */
export async function findSubjects(
  cwd: string,
  named?: string,
  options: {
    readonly runtimes?: readonly PluginRuntime[];
    /** Uses the real system and the real credentials. @default false */
    readonly live?: boolean;
  } = {},
): Promise<Found> {
  const start =
    named !== undefined && isJobFile(resolve(cwd, named)) ? resolve(cwd, named) : join(cwd, "job.yaml");
  const projectRoot = findProjectRoot(start, cwd);
  const config = await readTestConfig(projectRoot);
  const jobs = jobFiles(cwd, projectRoot, named, config.job);
  const runtimes = options.runtimes ?? (await installedRuntimes(projectRoot));
  const subjects: Subject[] = [];
  for (const file of jobs) {
    const job = options.live === true ? readJobFile(file, { cwd }) : readJobForTest(file, { cwd });
    for (const subject of await subjectsOf(job, runtimes, config, options.live === true)) {
      const known = subjects.some(
        ({ kind, reference }) => kind === subject.kind && reference === subject.reference,
      );
      const wanted = named === undefined || isJobFile(resolve(cwd, named)) || isNamed(subject, named, cwd);
      if (!known && wanted) subjects.push(subject);
    }
  }
  if (subjects.length > 0) return { subjects, projectRoot, config };
  const looked = jobs.map((file) => relative(cwd, file)).join(", ");
  throw new DativoError({
    code: "PLUGIN_NOT_FOUND",
    message:
      named === undefined
        ? `No job file here names a plugin${looked === "" ? "" : ` (looked at ${looked})`}.`
        : `No job file here names the plugin ${named}${looked === "" ? "" : ` (looked at ${looked})`}.`,
    hint: "Run it where a job file has source.custom_reader or target.custom_writer, or name the job: dativo-test contract jobs/x.yaml",
  });
}

/** Job files to look through: the one named, those the project configures, or those that are there. */
function jobFiles(
  cwd: string,
  projectRoot: string,
  named: string | undefined,
  configured: string | readonly string[] | undefined,
): string[] {
  if (named !== undefined && isJobFile(resolve(cwd, named))) {
    const file = resolve(cwd, named);
    if (!existsSync(file))
      throw new DativoError({ code: "CONFIG_NOT_FOUND", message: `There is no job file ${named}.` });
    return [file];
  }
  if (configured !== undefined) return [configured].flat().map((file) => resolve(projectRoot, file));
  return [...new Set([cwd, projectRoot])].flatMap((folder) =>
    JOB_FOLDERS.flatMap((below) =>
      namesIn(join(folder, below))
        .filter(isJobFile)
        .map((name) => join(folder, below, name)),
    ).filter(looksLikeJob),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function isJobFile(path: string): boolean {
  return [".yaml", ".yml"].includes(extname(path).toLowerCase());
}

function looksLikeJob(path: string): boolean {
  if (!statSync(path).isFile()) return false;
  return /custom_(reader|writer)["']?\s*:/.test(readFileSync(path, "utf8"));
}

function isNamed({ reference, name }: Subject, named: string, cwd: string): boolean {
  const [location = ""] = reference.split(/:(?=[^:]*$)/);
  return (
    named === reference ||
    named === location ||
    named === name ||
    resolve(cwd, named) === resolve(cwd, location)
  );
}

async function subjectsOf(
  job: ResolvedJob,
  runtimes: readonly PluginRuntime[],
  config: Found["config"],
  live: boolean,
): Promise<Subject[]> {
  const { customReader } = job.source;
  const { customWriter } = job.target;
  const subjects: Subject[] = [];
  if (customReader !== undefined) {
    const { config: source } = job.source;
    const world = await worldOf(job, source.connection, source.credentials, config, live, customReader);
    subjects.push({
      kind: "reader",
      ...common(job, customReader, job.source.placement, runtimes, world),
      source: { ...source, credentials: world.credentials },
      ...recordedStates(job.projectRoot, customReader.text),
    });
  }
  if (customWriter !== undefined) {
    const { config: target } = job.target;
    const world = await worldOf(job, target.connection, target.credentials, config, live, customWriter);
    subjects.push({
      kind: "writer",
      ...common(job, customWriter, job.target.placement, runtimes, world),
      target: { ...target, credentials: world.credentials },
      ...(job.asset === undefined ? {} : { asset: job.asset }),
      ...(job.mode === undefined ? {} : { mode: job.mode }),
      ...(config.readTarget === undefined ? {} : { readTarget: config.readTarget }),
    });
  }
  return subjects;
}

interface World {
  readonly credentials: JsonObject;
  readonly canaries: readonly Canary[];
  readonly mock: MockSource | undefined;
}

async function worldOf(
  job: ResolvedJob,
  connection: JsonObject,
  real: JsonObject,
  config: Found["config"],
  live: boolean,
  reference: PluginReference,
): Promise<World> {
  if (live) return liveWorld(connection, real);
  const { credentials, canaries } =
    config.credentials === undefined
      ? withCanaries(real)
      : { credentials: config.credentials as JsonObject, canaries: [] };
  if (!hasUrl(connection)) return { credentials, canaries, mock: undefined };
  const { projectRoot, file } = job;
  const path = findMockModule(config.mock, { projectRoot, jobFolder: dirname(file) });
  const tape = cassettePath(projectRoot, reference.text);
  const cassette = path === undefined ? readCassette(tape) : undefined;
  if (cassette !== undefined)
    return { credentials, canaries, mock: replayed(cassette, relative(projectRoot, tape)) };
  if (path === undefined)
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: `${relative(process.cwd(), file)} connects to a web address, and nothing here stands in for it.`,
      hint: "Put a mock API beside the job file (mock.ts with a mockApi(…) as default, or api.mjs with startApi()), or record the real one: dativo-test record",
    });
  const key = canaries[0]?.value ?? Object.values(credentials).find((value) => typeof value === "string");
  const mock = await mockFromModule(path, projectRoot, { key, credentials });
  return { credentials, canaries, mock };
}

function recordedStates(projectRoot: string, reference: string): { readonly recorded?: RecordedStates } {
  const cassette = readCassette(cassettePath(projectRoot, reference));
  return cassette === undefined
    ? {}
    : { recorded: { version: cassette.plugin.version, states: cassette.states } };
}

/** The real system: what is read passes the proxy, and real secrets are watched as made-up ones are. */
function liveWorld(connection: JsonObject, credentials: JsonObject): World {
  const address = firstUrl(connection);
  const canaries = texts(credentials).map(({ key, value }) => ({ key: `credentials.${key}`, value }));
  if (address === undefined) return { credentials, canaries, mock: undefined };
  const { origin } = new URL(address);
  return {
    credentials,
    canaries,
    mock: { name: origin, start: async () => ({ url: origin, close: () => {} }) },
  };
}

function texts(value: JsonObject): { key: string; value: string }[] {
  return Object.entries(value).flatMap(([key, member]) => {
    if (typeof member === "string") return member.length >= 16 ? [{ key, value: member }] : [];
    return typeof member === "object" && member !== null
      ? texts(member as JsonObject).map((inner) => ({ ...inner, key: `${key}.${inner.key}` }))
      : [];
  });
}

function firstUrl(connection: JsonObject): string | undefined {
  for (const value of Object.values(connection)) {
    if (typeof value === "string" && /^https?:\/\//i.test(value)) return value;
    if (typeof value === "object" && value !== null) {
      const inner = firstUrl(value as JsonObject);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}

function common(
  job: ResolvedJob,
  reference: PluginReference,
  { python }: Placement,
  runtimes: readonly PluginRuntime[],
  { canaries, mock }: World,
) {
  const runtime = runtimeFor(reference, runtimes);
  const { projectRoot, searchPaths } = job;
  return {
    name: reference.text,
    reference: reference.text,
    runtime: runtime.name,
    load: (kind: Placement["kind"]) =>
      runtime.load(reference, {
        projectRoot,
        searchPaths,
        placement: {
          kind,
          callTimeoutSeconds: CALL_TIMEOUT_SECONDS,
          ...(python === undefined ? {} : { python }),
        },
        redactor: new Redactor(),
        log: () => {},
      }),
    projectRoot,
    loading: { searchPaths, python },
    canaries,
    ...(mock === undefined ? {} : { mock }),
  };
}
