import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type JsonObject, type Placement, parsePluginReference, Redactor } from "@dativo/protocol";
import { createSourceConfig, createTargetConfig } from "@dativo/sdk";
import type { Subject } from "../plugin/subject.js";
import { canaryFor } from "../project/canaries.js";
import { installedRuntimes, runtimeFor } from "../project/runtimes.js";
import { type BaseName, baseOf, type Mutant } from "./mutant.js";
import { PEOPLE_API } from "./people-api.js";
import { CompiledLibraries, pythonInterpreter } from "./toolchains.js";

const SOURCES = fileURLToPath(new URL("../../mutants/", import.meta.url));
const HERE = dirname(fileURLToPath(import.meta.url));

/** Positions that version 1.0.0 of the class readers left. */
const RECORDED = {
  version: "1.0.0",
  states: { people: { since: "2026-01-04T10:30:00.000Z", ids: ["1140"] } },
};

/** Bases whose positions those are. */
const HAS_RECORDING: ReadonlySet<BaseName> = new Set(["reader-class", "python-reader"]);

/** What stands in each language for the file of a plugin. */
const FILES = { typescript: "plugin.ts", python: "plugin.py" } as const;

/** A folder in which plugins of the bank are written, compiled and loaded from. */
export class MutantFolder implements Disposable {
  private readonly folder = mkdtempSync(join(tmpdir(), "dativo-mutants-"));
  private readonly libraries = new CompiledLibraries(this.folder);
  private python: string | undefined;

  /** A correct plugin, in the world it is made for. */
  reference(base: BaseName): Promise<Subject> {
    return this.subject(base, base, []);
  }

  /**
   * A mutant, in the world of its base.
   *
   * @throws Error when an edit does not fit its base
   */
  mutant({ id, base, edits }: Mutant): Promise<Subject> {
    return this.subject(id, base, edits);
  }

  /** Starts compiling what a base needs, so that it is done when its turn comes. */
  prepare(base: BaseName): void {
    const { language, source, cfg } = baseOf(base);
    if (language === "rust") this.libraries.of(join(SOURCES, source), cfg).catch(() => {});
  }

  private interpreter(): string | undefined {
    this.python ??= pythonInterpreter();
    return this.python;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async subject(id: string, base: BaseName, edits: Mutant["edits"]): Promise<Subject> {
    const project = join(this.folder, id);
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", dativo: { api: 1 } }));
    const { kind, language, exportName } = baseOf(base);
    const reference = parsePluginReference(`${await this.locate(id, base, edits, project)}:${exportName}`);
    const runtime = runtimeFor(reference, await installedRuntimes(HERE));
    const python = language === "python" ? this.interpreter() : undefined;
    const library = language === "rust" ? reference.location : undefined;
    const common = {
      name: id,
      reference: reference.text,
      runtime: runtime.name,
      projectRoot: project,
      loading: { searchPaths: [project], python, library },
      load: (placement: Placement["kind"]) =>
        runtime.load(reference, {
          projectRoot: project,
          searchPaths: [project],
          kind,
          placement: {
            // A library may end the process that it is loaded into, and prints into it.
            kind: language === "rust" ? "child_process" : placement,
            callTimeoutSeconds: 30,
            ...(python === undefined ? {} : { python }),
          },
          redactor: new Redactor(),
          log: () => {},
        }),
    };
    if (language === "rust") {
      const connection: JsonObject = { mutant: id };
      return kind === "reader"
        ? {
            ...common,
            kind,
            source: createSourceConfig({ connection, objects: ["people", "teams"] }),
            canaries: [],
          }
        : { ...common, kind, target: createTargetConfig({ connection }), canaries: [] };
    }
    const key = canaryFor("credentials.api_key");
    const canaries = [{ key: "credentials.api_key", value: key }];
    const mock = { name: "people-api", start: () => PEOPLE_API.start({ key }) };
    const connection: JsonObject = { base_url: "http://mock.invalid" };
    if (kind === "reader") {
      const source = createSourceConfig({
        connection,
        credentials: { api_key: key },
        objects: ["people", "teams"],
      });
      const recorded = HAS_RECORDING.has(base) ? { recorded: RECORDED } : {};
      return { ...common, kind, source, canaries, mock, ...recorded };
    }
    if (base === "writer-http")
      return {
        ...common,
        kind,
        target: createTargetConfig({ connection, credentials: { api_key: key } }),
        canaries,
        mock,
      };
    return { ...common, kind, target: createTargetConfig({ credentials: { key } }), canaries };
  }

  /** Writes or compiles a plugin, and says where it is. */
  private async locate(id: string, base: BaseName, edits: Mutant["edits"], project: string): Promise<string> {
    const { language, source, cfg } = baseOf(base);
    if (language === "rust") return this.libraries.of(join(SOURCES, source), cfg);
    writeFileSync(join(project, FILES[language]), edited(id, source, edits));
    return FILES[language];
  }
}

function edited(id: string, name: string, edits: Mutant["edits"]): string {
  let source = readFileSync(join(SOURCES, name), "utf8");
  for (const [was, is] of edits) {
    const times = source.split(was).length - 1;
    if (times !== 1)
      throw new Error(`The mutant ${id} replaces a piece that ${name} has ${times} times:\n${was}`);
    source = source.replace(was, () => is);
  }
  return source;
}
